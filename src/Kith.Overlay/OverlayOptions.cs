using Kith.Overlay.Entry.DynamicDns;
using Kith.Overlay.Swarm;
using Kith.Transport;

namespace Kith.Overlay;

/// <summary>How a node takes part in the overlay.</summary>
public sealed record OverlayOptions
{
    /// <summary>Entry points that the user names, HOST:PORT each, with an IP address or a name.</summary>
    public IReadOnlyList<string> EntryPoints { get; init; } = [];

    /// <summary>Nodes of the last run, ADDRESS:PORT each, the best first: what <see cref="OverlayHost.Remembered"/> gave.</summary>
    public IReadOnlyList<string> Remembered { get; init; } = [];

    /// <summary>Dynamic DNS names whose records are entry nodes.</summary>
    public IReadOnlyList<DynamicDnsOptions> DynamicDns { get; init; } = [];

    /// <summary>Whether to announce on the local network and hear others there.</summary>
    public bool LocalNetwork { get; init; } = true;

    /// <summary>Whether mainline's routers may be asked. A private swarm and a node on loopback never ask them.</summary>
    public bool Mainline { get; init; } = true;

    /// <summary>Whether the router of a private network is asked for a mapping of the port, UDP and TCP. Never asked by a node on loopback.</summary>
    public bool PortMapping { get; init; } = true;

    /// <summary>The key of the private swarm that the node belongs to; null for the open network. Stays its owner's, who keeps it until the overlay is disposed.</summary>
    public SwarmKey? Swarm { get; init; }

    /// <summary>The transport key under which contacts call this node through introducers, and it calls them; null: it is not called and does not call. Stays its owner's, as the swarm's key does.</summary>
    public TransportIdentity? Identity { get; init; }

    /// <summary>Whether datagrams go over TCP while the network lets no UDP through (docs/protocol/tunnel.md).</summary>
    public bool Tunnels { get; init; } = true;

    /// <summary>Whether knocks are sent, answered and passed on; null: in a private swarm alone.</summary>
    public bool? Knock { get; init; }

    /// <summary>Where failures that are defects are written, a line each: never content, keys or addresses. Null: nowhere.</summary>
    public TextWriter? Log { get; init; }
}
