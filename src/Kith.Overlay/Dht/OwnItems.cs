using Kith.Crypto;

namespace Kith.Overlay.Dht;

/// <summary>The items that we put again each hour (BEP 44 lets nodes forget them after two). At most <see cref="MaxItems"/>; more are put once only.</summary>
internal sealed class OwnItems(IRandom random)
{
    /// <summary>Milliseconds between two puts of an item, less some at random so that not all come at once.</summary>
    public const int Interval = 60 * 60 * 1000;

    /// <summary>Most items.</summary>
    public const int MaxItems = 4096;

    private const int Jitter = Interval / 10;

    private readonly Dictionary<NodeId, (DhtItem Item, long At)> _items = [];

    public long NextDeadline { get; private set; } = long.MaxValue;

    public void Add(long now, DhtItem item)
    {
        if (_items.Count >= MaxItems && !_items.ContainsKey(item.Target))
            return;
        var at = now + Interval - random.NextInt32(Jitter);
        _items[item.Target] = (item, at);
        NextDeadline = Math.Min(NextDeadline, at);
    }

    public void Remove(NodeId target) => _ = _items.Remove(target);

    /// <summary>The items whose time has come; each has its next time then.</summary>
    public IReadOnlyList<DhtItem> TakeDue(long now)
    {
        if (now < NextDeadline)
            return [];
        DhtItem[] due = [.. _items.Values.Where(own => own.At <= now).Select(own => own.Item)];
        NextDeadline = long.MaxValue;
        foreach (var item in due)
            Add(now, item);
        foreach (var (_, at) in _items.Values)
            NextDeadline = Math.Min(NextDeadline, at);
        return due;
    }
}
