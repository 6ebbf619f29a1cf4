using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <summary>Which ways into the overlay a node tries.</summary>
public sealed record EntryOptions
{
    /// <summary>Good nodes of the last run, the best first; the first <see cref="EntryLimits.MaxRemembered"/> count.</summary>
    public IReadOnlyList<Endpoint> Remembered { get; init; } = [];

    /// <summary>What the user named, HOST:PORT each (an IP address or a name); the first <see cref="EntryLimits.MaxNamed"/> count.</summary>
    public IReadOnlyList<string> Named { get; init; } = [];

    /// <summary>Dynamic DNS names; the first <see cref="EntryLimits.MaxDynamicNames"/> count.</summary>
    public IReadOnlyList<DynamicDnsOptions> DynamicDns { get; init; } = [];

    /// <summary>Whether to announce on the local network and to hear others there.</summary>
    public bool LocalNetwork { get; init; } = true;

    /// <summary>Whether mainline's routers may be asked. Never in a private swarm, and never by a node on loopback, whatever stands here.</summary>
    public bool Mainline { get; init; } = true;

    /// <summary>Whether this node belongs to a private swarm.</summary>
    public bool PrivateSwarm { get; init; }

    /// <summary>Whether the node listens on loopback alone: then it asks nobody outside the machine.</summary>
    public bool LoopbackOnly { get; init; }

    /// <summary>The UDP port that this node listens on: what the local network is told.</summary>
    public required ushort ListenPort { get; init; }
}
