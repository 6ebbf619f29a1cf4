namespace Kith.Mailbox.Directory;

/// <summary>The limits of the directory of holders (docs/protocol/mailbox.md, "Who holds"); times are milliseconds.</summary>
public static class DirectoryLimits
{
    // Specification.

    /// <summary>Keys are of every second depth.</summary>
    public const int DepthStep = 2;

    /// <summary>A key under which so many are found is full: who looks goes deeper, and who announces goes on to the next depth.</summary>
    public const int Full = 48;

    /// <summary>Under a key with fewer than so many one looks less deep.</summary>
    public const int Sparse = 12;

    // Implementation.

    /// <summary>Holders kept in mind; of more those go first that were named longest ago.</summary>
    public const int MaxHolders = 4_096;

    /// <summary>Of those, of one prefix: whoever has many ports is one holder all the same. Not on one's own network.</summary>
    public const int MaxPerPrefix = 4;

    /// <summary>Keys whose values are kept in mind.</summary>
    public const int MaxRegions = 512;

    /// <summary>Searches for holders under way; the oldest of more ends with what there is.</summary>
    public const int MaxSearches = 4_096;

    /// <summary>HELLOs under way at once.</summary>
    public const int MaxGreetings = 64;

    /// <summary>A key with enough values is looked at again after this.</summary>
    public const long RegionLifetime = 5 * 60_000;

    /// <summary>A key with fewer is looked at again after this, then after twice as long each time as nothing new is there.</summary>
    public const long FirstLook = 500;

    /// <summary>The longest of these pauses.</summary>
    public const long LastLook = 60_000;

    /// <summary>A key under which somebody that others name was not found is looked under again after this at the earliest.</summary>
    public const long RenewPause = 1_000;

    /// <summary>How long somebody that others name is looked for.</summary>
    public const long ConfirmPatience = 4_000;

    /// <summary>Between two looks whether it is known yet.</summary>
    public const long ConfirmPause = 250;

    /// <summary>A holder that has not answered HELLO for so long is passed over by those who wait; it counts once it answers.</summary>
    public const long GreetingPatience = 600;

    /// <summary>After so long without an answer the next nearest is asked beside it, so that many who are gone are not waited for one after the other.</summary>
    public const long GreetingDoubt = 150;

    /// <summary>A search takes so long at most; then it brings what there is.</summary>
    public const long SearchPatience = 2_000;

    /// <summary>A silent holder is passed over for so long, then for twice as long each time.</summary>
    public const long FirstSilence = 5_000;

    /// <summary>The longest silence.</summary>
    public const long LastSilence = 15 * 60_000;

    /// <summary>What a holder said of itself is asked anew after this.</summary>
    public const long WelcomeLifetime = 60 * 60_000;

    /// <summary>Who must not be seen says HELLO again to those that came to nothing at these intervals, whatever is asked meanwhile.</summary>
    public const long RoundPeriod = 10 * 60_000;

    /// <summary>And to so many others at once.</summary>
    public const int RoundOthers = 8;

    /// <summary>A holder that was found lying is passed over for a day (specification: a day).</summary>
    public const long Distrust = 24 * 60 * 60_000;

    /// <summary>The first pause between two announcements; then twice as long each time, since who comes later is told by them.</summary>
    public const long FirstAnnouncement = 1_000;

    /// <summary>The longest of these pauses: nodes keep a value for half an hour.</summary>
    public const long AnnouncementPeriod = 15 * 60_000;
}
