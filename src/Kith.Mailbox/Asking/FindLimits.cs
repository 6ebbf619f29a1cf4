namespace Kith.Mailbox.Asking;

/// <summary>The limits of finding holders by asking others (docs/protocol/mailbox.md, "Asking who holds"); times are milliseconds.</summary>
public static class FindLimits
{
    // Who is asked.

    /// <summary>Holders that are named at most (specification).</summary>
    public const int Holders = 24;

    /// <summary>Searches for others under way; of more is said that too much is asked, as with each of the limits below.</summary>
    public const int Searches = 64;

    /// <summary>Of those, for one client.</summary>
    public const int SearchesOfClient = 16;

    /// <summary>Searches a second for those of one prefix in the mean, and at once; those without an address are one.</summary>
    public const int Rate = 16;

    /// <inheritdoc cref="Rate"/>
    public const int Burst = 256;

    /// <summary>What was found is said again for so long without another search; where it is fewer than twelve, for <see cref="FewLifetime"/>.</summary>
    public const long AnswerLifetime = 5_000;

    /// <inheritdoc cref="AnswerLifetime"/>
    public const long FewLifetime = 1_000;

    /// <summary>Parts of the network that are remembered for that.</summary>
    public const int Answers = 256;

    // Who asks.

    /// <summary>How many are asked about one part of the network.</summary>
    public const int Asked = 3;

    /// <summary>How many must say the same where so many are known (specification).</summary>
    public const int Witnesses = 2;

    /// <summary>A part with so many holders is too large: who asks goes deeper.</summary>
    public const int Crowded = 16;

    /// <summary>How long those are waited for who have not answered while two have.</summary>
    public const long Doubt = 3_000;

    /// <summary>How long one may take to answer; it may have to be called first.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>A search takes so long at most; then it brings what there is.</summary>
    public const long SearchPatience = 30_000;

    /// <summary>How long a search waits for more where fewer than four are known: those who were asked may have come just now.</summary>
    public const long FewPatience = 8_000;

    /// <summary>What was agreed on is asked anew after this; where fewer than twelve are known after <see cref="FirstPause"/>, doubling.</summary>
    public const long Lifetime = 5 * 60_000;

    /// <inheritdoc cref="Lifetime"/>
    public const long FirstPause = 2_000;

    /// <summary>The longest of these pauses.</summary>
    public const long LastPause = 60_000;

    /// <summary>Parts of the network that are kept in mind.</summary>
    public const int Parts = 512;

    /// <summary>Holders that are kept in mind.</summary>
    public const int Known = 4_096;
}
