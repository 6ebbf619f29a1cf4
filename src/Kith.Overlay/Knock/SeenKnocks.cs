using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Overlay.Knock;

/// <summary>The knocks that were here lately, by their hash: each is looked at once, whatever way it comes. Bounded; the oldest is forgotten first.</summary>
internal sealed class SeenKnocks
{
    private readonly HashSet<UInt128> _seen = [];
    private readonly Queue<UInt128> _order = new();

    /// <summary>What a packet is remembered by.</summary>
    public static UInt128 IdOf(ReadOnlySpan<byte> packet)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(packet, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Whether it was here before.</summary>
    public bool Contains(UInt128 id) => _seen.Contains(id);

    /// <summary>Remembers it.</summary>
    public void Add(UInt128 id)
    {
        if (!_seen.Add(id))
            return;
        _order.Enqueue(id);
        if (_order.Count > KnockLimits.MaxSeen)
            _seen.Remove(_order.Dequeue());
    }
}
