using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>How a call ended.</summary>
public enum ReachResult
{
    /// <summary>The other side was heard at an endpoint.</summary>
    Direct,

    /// <summary>It answered, and nothing got through either way.</summary>
    NotThrough,

    /// <summary>Both sides are behind NATs that give each destination another port: only a relay helps.</summary>
    BothHard,

    /// <summary>No introducer knows the handle: the other side is not connected with it any more.</summary>
    UnknownHandle,

    /// <summary>No introducer, or nobody behind it, answered.</summary>
    NoAnswer,

    /// <summary>The other side, or the introducer, has too much to do.</summary>
    Busy,

    /// <summary>There was nothing to call through, or too many calls at once.</summary>
    NotCalled,
}

/// <summary>How a call ended.</summary>
/// <param name="Result">In one word.</param>
/// <param name="At">Where the other side was heard first; null where it was not.</param>
/// <param name="Elapsed">Milliseconds from the call.</param>
public sealed record ReachOutcome(ReachResult Result, Endpoint? At, long Elapsed)
{
    /// <summary>Whether the other side agrees to circuits; null when it did not answer.</summary>
    public bool? TakesCircuits { get; init; }

    /// <summary>In plain words, without a full stop.</summary>
    public string Sentence => Result switch
    {
        ReachResult.Direct => "your contact is reached directly",
        ReachResult.NotThrough => "your contact is there, but the networks in between let nothing through directly; a relay would help",
        ReachResult.BothHard => "both networks change their ports with each connection (symmetric NAT), so a direct way is not possible; a relay would help",
        ReachResult.UnknownHandle => "your contact is no longer connected with the nodes that introduce it",
        ReachResult.NoAnswer => "the nodes that introduce your contact do not answer, or it is not there",
        ReachResult.Busy => "your contact has too many calls just now",
        _ => "nobody is known who could introduce your contact",
    };
}
