using Kith.Wire;

namespace Kith.Overlay.Dht.Searches;

/// <summary>The nodes that a search knows of, in the order of their distance to its target. A node keeps its slot from when it is asked on.</summary>
internal sealed class CandidateList(NodeId target, OwnNetworks networks)
{
    private const int LeastRoom = 24;

    private Candidate[] _slots = new Candidate[LeastRoom];
    private byte[] _order = new byte[LeastRoom];
    private int _used;

    public int Count { get; private set; }

    /// <summary>The slots, closest first.</summary>
    public ReadOnlySpan<byte> Order => _order.AsSpan(0, Count);

    public ref Candidate this[int slot] => ref _slots[slot];

    /// <summary>Adds a node; false when it is there already or there is no room for it.</summary>
    public bool TryAdd(in Candidate added)
    {
        var place = PlaceOf(added.Id);
        int onPath = 0, ofPrefix = 0, farthest = -1;
        var prefix = networks.AreLifted(added.Endpoint) ? (AddressPrefix?)null : AddressPrefix.Of(added.Endpoint);
        for (var i = 0; i < Count; i++)
        {
            ref var known = ref _slots[_order[i]];
            if (known.Endpoint == added.Endpoint || known.Id == added.Id)
                return false;
            if (prefix is { } one && AddressPrefix.Of(known.Endpoint) == one)
                ofPrefix++;
            if (known.Path != added.Path)
                continue;
            onPath++;
            if (known.State == CandidateState.Fresh)
                farthest = i;
        }

        if (ofPrefix >= SearchLimits.MaxPerPrefix)
            return false;
        if (onPath < SearchLimits.MaxOnPath && Count < SearchLimits.MaxCandidates)
        {
            Insert(place, added, NewSlot());
            return true;
        }

        // The path is full: its farthest node that was not asked gives way to a closer one.
        if (farthest < place)
            return false;
        var slot = _order[farthest];
        _order.AsSpan(farthest + 1, Count - farthest - 1).CopyTo(_order.AsSpan(farthest));
        Count--;
        Insert(place, added, slot);
        return true;
    }

    /// <summary>Whether a path has no node at all.</summary>
    public bool IsEmpty(int path)
    {
        foreach (var slot in Order)
        {
            if (_slots[slot].Path == path)
                return false;
        }

        return true;
    }

    private void Insert(int place, in Candidate added, byte slot)
    {
        _order.AsSpan(place, Count - place).CopyTo(_order.AsSpan(place + 1));
        _order[place] = slot;
        _slots[slot] = added;
        Count++;
    }

    private byte NewSlot()
    {
        if (_used == _slots.Length)
        {
            var room = Math.Min(_used * 2, SearchLimits.MaxCandidates);
            Array.Resize(ref _slots, room);
            Array.Resize(ref _order, room);
        }

        return (byte)_used++;
    }

    private int PlaceOf(NodeId id)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (id.IsCloser(target, _slots[_order[middle]].Id))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
