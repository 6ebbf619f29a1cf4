using Kith.Crypto;

namespace Kith.Overlay.Knock;

/// <summary>The knocks that were here lately, by their hash: each is looked at once, whatever way it comes. Bounded; the oldest is forgotten first.</summary>
internal sealed class SeenKnocks
{
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<UInt128> _order = new();

    /// <summary>False when it was here before.</summary>
    public bool TryAdd(ReadOnlySpan<byte> packet)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(packet, hash);
        var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        if (!_seen.Add(id))
            return false;
        _order.Enqueue(id);
        if (_order.Count > KnockLimits.MaxSeen)
            _seen.Remove(_order.Dequeue());
        return true;
    }
}
