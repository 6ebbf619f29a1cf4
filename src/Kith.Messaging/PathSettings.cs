namespace Kith.Messaging;

/// <summary>How a person's packets go through forwarders (docs/protocol/paths.md, "Paths", "Cover").</summary>
/// <param name="Forwarders">Forwarders between two people.</param>
/// <param name="HopDelay">How long each of them but the last keeps a packet in the mean, milliseconds; 0 for no longer than it must.</param>
/// <param name="Loops">Packets in a minute, in the mean, that say nothing and come back; 0 for none.</param>
/// <param name="Dummies">Packets in a minute, in the mean, that say nothing and end at a forwarder; 0 for none.</param>
public sealed record PathSettings(int Forwarders, int HopDelay, int Loops, int Dummies)
{
    /// <summary>The fewest forwarders.</summary>
    public const int MinForwarders = 2;

    /// <summary>The most forwarders.</summary>
    public const int MaxForwarders = 5;

    /// <summary>The longest mean delay, milliseconds: an answer passes up to sixteen of them, and is waited for ten seconds at most.</summary>
    public const int MaxHopDelay = 500;

    /// <summary>The most loops, and the most dummies, in a minute.</summary>
    public const int MaxCover = 600;

    /// <summary>As a new person has it.</summary>
    public static PathSettings Standard { get; } = new(Forwarders: 3, HopDelay: 20, Loops: 0, Dummies: 0);

    /// <summary>What is wrong with it, one sentence; null when nothing is.</summary>
    public string? Fault =>
        Forwarders is < MinForwarders or > MaxForwarders ? $"A path has {MinForwarders} to {MaxForwarders} forwarders."
        : HopDelay is < 0 or > MaxHopDelay ? $"The mean delay of a forwarder is 0 to {MaxHopDelay} milliseconds."
        : Loops is < 0 or > MaxCover ? $"Loops are 0 to {MaxCover} a minute."
        : Dummies is < 0 or > MaxCover ? $"Dummies are 0 to {MaxCover} a minute."
        : null;
}
