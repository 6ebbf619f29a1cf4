using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <content>Dynamic DNS names: resolving them, and keeping them true.</content>
public sealed partial class EntryCore
{
    private readonly EntryKeepers _keepers = new();

    /// <summary>
    /// Whether this node may be an entry node: where it is reached from outside by anybody (voted, and proven reachable), or null when it is not. Only such a node renews dynamic
    /// DNS names.
    /// </summary>
    public void SetReachable(long now, Endpoint? wan)
    {
        _keepers.SetReachable(now, wan);
        Tick(now);
    }

    private void AddDynamicNames()
    {
        foreach (var name in _options.DynamicDns.Take(EntryLimits.MaxDynamicNames))
            _points.Add(new EntryPoint(EntrySource.DynamicDns, name.Name) { Host = name.Name, Port = name.Port ?? 0 });
    }

    private void ResolveDynamic(EntryPoint point, long now) => Fail(point, now, "dynamic DNS names are not resolved yet");
}
