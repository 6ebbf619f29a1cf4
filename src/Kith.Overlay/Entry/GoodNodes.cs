using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <summary>The nodes worth asking first at the next start: those seen last, few of one address, so that one host's ports do not push out all others.</summary>
internal sealed class GoodNodes
{
    private readonly LinkedList<Endpoint> _newestFirst = new();
    private readonly Dictionary<Endpoint, LinkedListNode<Endpoint>> _nodes = [];

    public IReadOnlyList<Endpoint> All => [.. _newestFirst];

    /// <summary>Puts a node in front; the one that was seen longest ago makes room.</summary>
    public void Add(Endpoint node)
    {
        if (_nodes.TryGetValue(node, out var known))
        {
            _newestFirst.Remove(known);
            _newestFirst.AddFirst(known);
            return;
        }

        _nodes.Add(node, _newestFirst.AddFirst(node));
        if (TooManyOfOneAddress(node) is { } oldest)
            Remove(oldest);
        else if (_nodes.Count > EntryLimits.MaxRemembered)
            Remove(_newestFirst.Last!.Value);
    }

    private Endpoint? TooManyOfOneAddress(Endpoint node)
    {
        if (System.Net.IPAddress.IsLoopback(node.ToAddress()))
            return null;
        var count = 0;
        Endpoint? oldest = null;
        foreach (var other in _newestFirst)
        {
            if (!other.SameAddress(node))
                continue;
            count++;
            oldest = other;
        }

        return count > EntryLimits.MaxRememberedPerAddress ? oldest : null;
    }

    private void Remove(Endpoint node)
    {
        if (_nodes.Remove(node, out var known))
            _newestFirst.Remove(known);
    }
}
