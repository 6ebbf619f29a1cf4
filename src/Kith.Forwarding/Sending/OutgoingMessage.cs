using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Sending;

/// <summary>A message under way.</summary>
internal sealed class OutgoingMessage(AccountId peer, MessageId id, ReadOnlyMemory<byte>[] pieces, ReadOnlyMemory<byte> envelope, long takenAt)
{
    public AccountId Peer { get; } = peer;

    public MessageId Id { get; } = id;

    /// <summary>The envelope, cut; nothing once it is over, though its paths are remembered for a while.</summary>
    public ReadOnlyMemory<byte>[] Pieces { get; private set; } = pieces;

    /// <summary>The same uncut, for a packet that has room for it; nothing where none has.</summary>
    public ReadOnlyMemory<byte>? Whole { get; private set; } = envelope.Length == Piece.WholeSize ? envelope : (ReadOnlyMemory<byte>?)null;

    /// <summary>Bytes of the envelope.</summary>
    public int Size { get; } = envelope.Length;

    public long TakenAt { get; } = takenAt;

    /// <summary>Attempts made; one that no path was found for does not count.</summary>
    public int Attempts { get; set; }

    /// <summary>Since when each look for a path has found none; null while the last one found some.</summary>
    public long? FruitlessSince { get; set; }

    /// <summary>When there is another attempt.</summary>
    public long NextAt { get; set; }

    /// <summary>The paths of the attempts so far.</summary>
    public List<Attempt> Paths { get; } = [];

    /// <summary>The meeting points that were used last: another one comes first next time.</summary>
    public HashSet<NodeHandle> LastPoints { get; } = [];

    public bool IsOver { get; private set; }

    /// <summary>It needs nothing any more.</summary>
    public void End() => (IsOver, Pieces, Whole) = (true, [], null);
}
