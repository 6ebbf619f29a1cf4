using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Knock;

/// <summary>The knocks that were here lately, by their hash: each is looked at once, whatever way it comes. Bounded; the oldest is forgotten first.</summary>
internal sealed class SeenKnocks
{
    private readonly HashSet<Bits128> _seen = [];
    private readonly Queue<Bits128> _order = new();

    /// <summary>What a packet is remembered by.</summary>
    public static Bits128 IdOf(ReadOnlySpan<byte> packet)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(packet, hash);
        return Bits128.Read(hash);
    }

    /// <summary>Whether it was here before.</summary>
    public bool Contains(Bits128 id) => _seen.Contains(id);

    /// <summary>Remembers it.</summary>
    public void Add(Bits128 id)
    {
        if (!_seen.Add(id))
            return;
        _order.Enqueue(id);
        if (_order.Count > KnockLimits.MaxSeen)
            _seen.Remove(_order.Dequeue());
    }
}
