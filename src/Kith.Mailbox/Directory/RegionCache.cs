using Kith.Mailbox.Boxes;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>What stands under the keys that were looked under; looks again when it is old and somebody asks.</summary>
internal sealed class RegionCache(IDirectoryWorld world)
{
    private readonly Dictionary<(int Depth, uint Prefix), Region> _regions = [];
    private readonly Dictionary<NodeId, Region> _byKey = [];
    private bool _isReady;

    /// <summary>There is somebody to ask from now on, or again.</summary>
    public void Ready()
    {
        _isReady = true;
        foreach (var region in _regions.Values)
            region.Expire();
    }

    /// <summary>A region as it is known, while it is looked at again if it must be.</summary>
    public Region Get(long now, int depth, uint prefix)
    {
        if (!_regions.TryGetValue((depth, prefix), out var region))
        {
            if (_regions.Count >= DirectoryLimits.MaxRegions)
                Remove();
            region = new Region(depth, prefix);
            _regions.Add((depth, prefix), region);
            _byKey[region.Key] = region;
        }

        region.UsedAt = now;
        if (_isReady && !region.IsLooking && region.LookAt <= now)
        {
            region.Begin(now);
            world.Look(region.Key);
        }

        return region;
    }

    /// <summary>Somebody says that there is one around this place whom we do not know: it is looked again, where that was not done just now.</summary>
    public void Renew(long now, BoxAddress place)
    {
        for (var depth = 0; depth <= RoomKey.MaxDepth; depth += DirectoryLimits.DepthStep)
        {
            if (_regions.TryGetValue((depth, RoomKey.PrefixAt(place, depth)), out var region) && now - region.BegunAt >= DirectoryLimits.RenewPause)
                region.Expire();
        }
    }

    public void Take(long now, NodeId key, IReadOnlyList<Endpoint> found, bool isFinished) => _byKey.GetValueOrDefault(key)?.Take(now, found, isFinished);

    private void Remove()
    {
        var ((depth, prefix), oldest) = _regions.MinBy(static one => one.Value.UsedAt);
        _regions.Remove((depth, prefix));
        _byKey.Remove(oldest.Key);
    }
}
