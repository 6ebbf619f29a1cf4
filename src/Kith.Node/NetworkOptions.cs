namespace Kith.Node;

/// <summary>
/// How a node takes part in the overlay. What is null or left empty stays as the home keeps it from an earlier run (docs/cli.md, "What is kept"); what is given is kept.
/// </summary>
public sealed record NetworkOptions
{
    /// <summary>The word that clears what is kept.</summary>
    public const string None = "none";

    /// <summary>Entry points: HOST:PORT each with an IP address or a name, or onion/NAME:PORT for a node under the privacy setting onion. Empty: those kept. <see cref="None"/> alone: none any more.</summary>
    public IReadOnlyList<string> Entries { get; init; } = [];

    /// <summary>Whether to announce on the local network and to hear others there; for this run alone.</summary>
    public bool LocalNetwork { get; init; } = true;

    /// <summary>Whether to join the mainline DHT through its routers; for this run alone.</summary>
    public bool Mainline { get; init; } = true;

    /// <summary>Whether the router is asked to open the port; for this run alone. Never by a node on loopback.</summary>
    public bool PortMapping { get; init; } = true;

    /// <summary>Whether sessions go over UDP where they can; for this run alone. Without it TCP carries them all: to compare, and where somebody wants nothing else.</summary>
    public bool UdpSessions { get; init; } = true;

    /// <summary>Whether knocks are sent, answered and passed on. Null: as kept, else in a private swarm alone.</summary>
    public bool? Knock { get; init; }

    /// <summary>The file with the key of the private swarm to belong to. Null: the one kept. <see cref="None"/>: the open network again.</summary>
    public string? SwarmKeyFile { get; init; }

    /// <summary>Dynamic DNS names whose records are entry nodes, NAME or NAME:PORT. Empty: those kept. <see cref="None"/> alone: none any more.</summary>
    public IReadOnlyList<string> DynamicDns { get; init; } = [];

    /// <summary>HOST:PORT of the names' primary DNS server; null as kept, else the one that the zone names.</summary>
    public string? DynamicDnsServer { get; init; }

    /// <summary>Room offered to others for what they leave for those who are away, bytes; 0 offers none. Null: as kept, else 256 MiB.</summary>
    public long? Room { get; init; }

    /// <summary>Holders of one's own, HOST:PORT each: contacts leave things there first. Empty: those kept. <see cref="None"/> alone: none any more.</summary>
    public IReadOnlyList<string> Holders { get; init; } = [];

    /// <summary>The control port of a Tor that runs already, HOST:PORT on loopback or the path of its socket. Null: as kept, else one of the node's own. <see cref="None"/>: one of its own again.</summary>
    public string? TorControl { get; init; }

    /// <summary>Bridges for a Tor of the node's own. Empty: those kept. <see cref="None"/> alone: none any more.</summary>
    public IReadOnlyList<string> TorBridges { get; init; } = [];

    /// <summary>The tor program. Null: as kept, else looked for. <see cref="None"/>: looked for again.</summary>
    public string? TorProgram { get; init; }

    /// <summary>Programs of pluggable transports, NAME=FILE each; others are looked for. Empty: those kept. <see cref="None"/> alone: none any more.</summary>
    public IReadOnlyList<string> TorTransports { get; init; } = [];

    /// <summary>A file with further lines for the torrc of a Tor of the node's own, as a private Tor network needs them. Null: as kept. <see cref="None"/>: none any more.</summary>
    public string? TorLinesFile { get; init; }

    /// <summary>Whether people who use Tor alone may come in through this node: it then runs an onion service for strangers. Null: as kept, else not.</summary>
    public bool? TorEntry { get; init; }

    /// <summary>The file with the key that signs updates of the names, as tsig-keygen writes it; null as kept.</summary>
    public string? DynamicDnsKeyFile { get; init; }
}
