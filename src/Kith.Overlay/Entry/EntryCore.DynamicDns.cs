using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <content>Dynamic DNS names: resolving them, and keeping them true.</content>
public sealed partial class EntryCore
{
    private readonly DnsAsker _asker;
    private readonly List<EntryKeeper> _keepers = [];
    private readonly Dictionary<string, DynamicDnsOptions> _dynamic = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The dynamic DNS names that this node has a key for, and how it fares with them.</summary>
    public IReadOnlyList<DynamicDnsView> DynamicDns =>
        [.. _keepers.Select(keeper => new DynamicDnsView(keeper.Name, keeper.IsKeeping, keeper.IsEntry, keeper.RenewedAt, keeper.Trouble))];

    /// <summary>
    /// Whether this node may be an entry node: where it is reached from outside by anybody (voted, and proven reachable), or null when it is not. Only such a node renews dynamic
    /// DNS names.
    /// </summary>
    public void SetReachable(long now, Endpoint? wan)
    {
        foreach (var keeper in _keepers)
            keeper.SetReachable(now, wan);
        Tick(now);
    }

    private void AddDynamicNames()
    {
        foreach (var name in _options.DynamicDns.Take(EntryLimits.MaxDynamicNames))
        {
            if (!_dynamic.TryAdd(name.Name, name))
                continue;
            _points.Add(new EntryPoint(EntrySource.DynamicDns, name.Name) { Host = name.Name, Port = name.Port ?? 0 });
            if (name.Key is not { } key)
                continue;
            _keepers.Add(new EntryKeeper(name with { MaxEntries = Math.Clamp(name.MaxEntries, 1, EntryRecords.MaxRecords) }, key, _asker, _effects, _random));
        }
    }

    private void ResolveDynamic(EntryPoint point, long now)
    {
        var turn = point.Request = --_lastTurn;
        NameLookup.Begin(now, _dynamic[point.Address], null, _asker, (then, finding) =>
        {
            if (point.Request == turn)
                TakeAddresses(point, then, finding.Endpoints, finding.Failure ?? "");
        });
    }

    private EntryView Show(EntryPoint point)
    {
        var view = point.ToView();
        // A name that could not be renewed leads in all the same: what is wrong with it is said beside.
        return point.Source == EntrySource.DynamicDns && _keepers.Find(keeper => keeper.Name == point.Address)?.Trouble is { } trouble
            ? view with { Detail = view.Detail is null ? trouble : $"{view.Detail}; {trouble}" }
            : view;
    }
}

/// <summary>A dynamic DNS name that this node has a key for.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsKeeping">Whether this node keeps it now: only one that can be reached from outside does.</param>
/// <param name="IsEntry">Whether it is one of its entry nodes.</param>
/// <param name="RenewedAt">When this node last changed its records, unix milliseconds.</param>
/// <param name="Trouble">One sentence when the name could not be checked or renewed.</param>
public sealed record DynamicDnsView(string Name, bool IsKeeping, bool IsEntry, long? RenewedAt, string? Trouble);
