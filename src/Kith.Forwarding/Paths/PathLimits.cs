namespace Kith.Forwarding.Paths;

/// <summary>The limits of paths (docs/protocol/paths.md, "Paths"); times are milliseconds.</summary>
public static class PathLimits
{
    // Specification.

    /// <summary>The fewest forwarders between two people.</summary>
    public const int MinForwarders = 2;

    /// <summary>The most: what a packet's header has room for.</summary>
    public const int MaxForwarders = 5;

    /// <summary>Unless the user says otherwise.</summary>
    public const int DefaultForwarders = 3;

    /// <summary>The longest mean delay that is set, milliseconds.</summary>
    public const int MaxMeanDelay = 500;

    // Implementation.

    /// <summary>A forwarder on a path that brought no answer weighs half as much for each such path, this often at most: whoever drops packets could else choose for us.</summary>
    public const int MaxDoubts = 4;

    /// <summary>One of these doubts is forgotten after so long: whoever was killed and is back would else be left to the others for a minute, and hardly anybody be trusted where that happens often.</summary>
    public const long DoubtTime = 5_000;

    /// <summary>Forwarders that are doubted.</summary>
    public const int MaxDoubted = 1_000;

    /// <summary>By how much longer an answer may take for our own delays, there and back: their sum's mean and four standard deviations.</summary>
    public static long Slowness(int forwarders, int meanDelay)
    {
        double delays = 2 * (forwarders - 1);
        return (long)(meanDelay * (delays + (4 * Math.Sqrt(delays))));
    }
}
