using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>A query under way.</summary>
internal struct Transaction
{
    /// <summary>Bytes of a transaction id: a slot, and a number that an answer must know.</summary>
    public const int IdSize = 6;

    public NodeId Node;
    public Endpoint Endpoint;

    /// <summary>Whether <see cref="Node"/> is known and must be who answers.</summary>
    public bool HasNode;

    /// <summary>Whose number this is among those of its taker.</summary>
    public byte Tag;

    /// <summary>Random, so that only who saw the query can answer it.</summary>
    public uint Nonce;
    public long SentAt;
    public bool IsOpen;
    public long Deadline;

    /// <summary>Null for a question that is only about the routing table.</summary>
    public IAnswerTaker? Taker;
}
