using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>One k-bucket: nodes, and some that would take the place of a bad one. The arrays grow with what stands in them.</summary>
internal struct Bucket
{
    private const int LeastRoom = 4;

    private NodeEntry[]? _nodes;
    private NodeEntry[]? _spares;
    private byte _count;
    private byte _spareCount;

    /// <summary>When a node was last added or looked for here: unix seconds.</summary>
    public uint ChangedAt;

    public readonly int Count => _count;

    public readonly int SpareCount => _spareCount;

    public readonly Span<NodeEntry> Nodes => _nodes.AsSpan(0, _count);

    public readonly Span<NodeEntry> Spares => _spares.AsSpan(0, _spareCount);

    public void Add(in NodeEntry entry)
    {
        if (_nodes is null || _count == _nodes.Length)
            Array.Resize(ref _nodes, Math.Min(Math.Max(LeastRoom, _count * 2), byte.MaxValue));
        _nodes[_count++] = entry;
    }

    public void RemoveAt(int index)
    {
        _nodes![index] = _nodes[--_count];
        _nodes[_count] = default;
    }

    /// <summary>Keeps a node in reserve; the one kept longest gives way.</summary>
    public void AddSpare(in NodeEntry entry)
    {
        for (var i = 0; i < _spareCount; i++)
        {
            if (_spares![i].Id == entry.Id || _spares[i].Endpoint == entry.Endpoint)
                RemoveSpareAt(i--);
        }

        _spares ??= new NodeEntry[LeastRoom];
        if (_spareCount == _spares.Length && _spareCount < RoutingTable.MaxSpares)
            Array.Resize(ref _spares, RoutingTable.MaxSpares);
        if (_spareCount == _spares.Length)
            RemoveSpareAt(0);
        _spares[_spareCount++] = entry;
    }

    /// <summary>Takes the node that came into reserve last.</summary>
    public bool TryTakeSpare(out NodeEntry entry)
    {
        entry = _spareCount > 0 ? _spares![_spareCount - 1] : default;
        if (_spareCount == 0)
            return false;
        _spareCount--;
        if (_spareCount == 0)
            _spares = null;
        return true;
    }

    public readonly int IndexOf(NodeId id)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_nodes![i].Id == id)
                return i;
        }

        return -1;
    }

    public readonly int IndexOf(Endpoint endpoint)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_nodes![i].Endpoint == endpoint)
                return i;
        }

        return -1;
    }

    private void RemoveSpareAt(int index)
    {
        Array.Copy(_spares!, index + 1, _spares!, index, _spareCount - index - 1);
        _spareCount--;
    }
}
