namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// The items kept for others (BEP 44), for two hours each from the last put. At most <see cref="MaxItems"/>, and <see cref="MaxPerPrefix"/> from one prefix: a new one past the latter is
/// refused; past the former it takes the place of the one farthest from our id, or is refused when it is that one itself.
/// </summary>
internal sealed class ItemStore(OwnNode own)
{
    /// <summary>Milliseconds that an item is kept (BEP 44: two hours).</summary>
    public const long Lifetime = 2 * 60 * 60 * 1000;

    /// <summary>Most items kept.</summary>
    public const int MaxItems = 4096;

    /// <summary>Most items kept that came from one prefix.</summary>
    public const int MaxPerPrefix = 256;

    private Dictionary<NodeId, Kept>? _items;
    private Dictionary<AddressPrefix, int>? _byPrefix;

    public int Count => _items?.Count ?? 0;

    public DhtItem? Find(long now, NodeId target) => _items is not null && _items.TryGetValue(target, out var kept) && kept.ExpiresAt > now ? kept.Item : null;

    /// <summary>Keeps an item, in the place of an older one of the same name. False when there is no room for it.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="item">What.</param>
    /// <param name="by">Where it came from; null for ourselves and for near nodes, which have no limit.</param>
    public bool TryKeep(long now, DhtItem item, AddressPrefix? by)
    {
        _items ??= [];
        if (_items.TryGetValue(item.Target, out var kept))
        {
            kept.Item = item;
            kept.ExpiresAt = now + Lifetime;
            return true;
        }

        if (by is { } prefix && _byPrefix is not null && _byPrefix.GetValueOrDefault(prefix) >= MaxPerPrefix)
            return false;
        if (_items.Count >= MaxItems && !TryEvict(now, item.Target))
            return false;
        _items.Add(item.Target, new Kept { Item = item, ExpiresAt = now + Lifetime, By = by });
        if (by is { } counted)
        {
            _byPrefix ??= [];
            _byPrefix[counted] = _byPrefix.GetValueOrDefault(counted) + 1;
        }

        return true;
    }

    /// <summary>Drops what has expired.</summary>
    public void Expire(long now)
    {
        if (_items is null)
            return;
        foreach (var (target, kept) in _items)
        {
            // Removing while going through is allowed.
            if (kept.ExpiresAt <= now)
                Remove(target, kept);
        }
    }

    private bool TryEvict(long now, NodeId newcomer)
    {
        Expire(now);
        if (_items!.Count < MaxItems)
            return true;
        var farthest = newcomer;
        foreach (var target in _items.Keys)
        {
            if (farthest.IsCloser(own.Id, target))
                farthest = target;
        }

        if (farthest == newcomer)
            return false;
        Remove(farthest, _items[farthest]);
        return true;
    }

    private void Remove(NodeId target, Kept kept)
    {
        _ = _items!.Remove(target);
        if (kept.By is not { } prefix)
            return;
        if (--_byPrefix![prefix] == 0)
            _ = _byPrefix.Remove(prefix);
    }

    private sealed class Kept
    {
        public required DhtItem Item { get; set; }

        public required long ExpiresAt { get; set; }

        public required AddressPrefix? By { get; init; }
    }
}
