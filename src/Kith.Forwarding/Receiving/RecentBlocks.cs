using System.Buffers.Binary;

namespace Kith.Forwarding.Receiving;

/// <summary>The last reply blocks of a contact, so many and no more: a meeting point may hand on a packet twice, and a block serves once. Told apart by their last bytes, the payload key, which is drawn for each.</summary>
internal sealed class RecentBlocks(int most)
{
    private readonly HashSet<UInt128> _known = [];
    private readonly Queue<UInt128> _order = new();

    /// <summary>Whether it is new.</summary>
    public bool TryAdd(ReadOnlySpan<byte> block)
    {
        if (block.Length < 16)
            return true;
        var name = BinaryPrimitives.ReadUInt128BigEndian(block[^16..]);
        if (!_known.Add(name))
            return false;
        _order.Enqueue(name);
        if (_order.Count > most)
            _known.Remove(_order.Dequeue());
        return true;
    }
}
