using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>What a get has found so far.</summary>
/// <param name="Item">The newest item that proved true; null while none has.</param>
/// <param name="IsFinished">Whether all nodes in charge have been asked: the last report of this get.</param>
/// <param name="Hops">How many nodes away the one that gave it was, at first; for none, how far the search went.</param>
/// <param name="Queries">Queries sent so far.</param>
/// <param name="Answers">Nodes that answered so far.</param>
public sealed record GetProgress(DhtItem? Item, bool IsFinished, int Hops, int Queries, int Answers);

/// <summary>What became of a put.</summary>
/// <param name="Stored">Nodes that took it, ourselves included where we are in charge of it too.</param>
/// <param name="Refused">Nodes that refused it.</param>
/// <param name="Refusal">Why, by the first that did; null when none did.</param>
/// <param name="Hops">How many nodes away the closest node was.</param>
/// <param name="Queries">Queries sent.</param>
public sealed record PutResult(int Stored, int Refused, DhtError? Refusal, int Hops, int Queries);

/// <summary>What a search for peers has found so far.</summary>
/// <param name="Peers">All distinct ones.</param>
/// <param name="IsFinished">Whether this is the last report.</param>
/// <param name="Hops">How far the search went.</param>
/// <param name="Queries">Queries sent so far.</param>
public sealed record PeersProgress(IReadOnlyList<Endpoint> Peers, bool IsFinished, int Hops, int Queries);

/// <summary>What became of a ping.</summary>
/// <param name="Node">Who was asked.</param>
/// <param name="Id">Its id; null when it did not answer.</param>
/// <param name="RoundTrip">Milliseconds; null when it did not answer.</param>
public sealed record PingResult(Endpoint Node, NodeId? Id, long? RoundTrip);

/// <summary>Why a node refused (BEP 5 "errors", BEP 44 "errors").</summary>
public enum DhtError
{
    /// <summary>Anything else.</summary>
    Generic = 201,

    /// <summary>The node cannot now: it is full.</summary>
    Server = 202,

    /// <summary>Malformed, or a token that is not (any longer) good.</summary>
    Protocol = 203,

    /// <summary>Not a method that it knows.</summary>
    MethodUnknown = 204,

    /// <summary>The value is too large.</summary>
    ValueTooBig = 205,

    /// <summary>The signature is not the key's.</summary>
    InvalidSignature = 206,

    /// <summary>The salt is too long.</summary>
    SaltTooBig = 207,

    /// <summary>The item there has another sequence number than the put asked for.</summary>
    CasMismatch = 301,

    /// <summary>The item there is newer.</summary>
    SequenceTooOld = 302,
}
