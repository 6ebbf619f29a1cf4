using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>The records of a dynamic DNS name as they stand (docs/protocol/entry.md, section 3).</summary>
/// <param name="Set">All SRV records, as they must be for an update to hold.</param>
/// <param name="Entries">The entry nodes that they name, with their addresses; one whose host has no address has none.</param>
internal sealed record EntryRecords(IReadOnlyList<DnsRecord> Set, IReadOnlyList<EntryRecord> Entries)
{
    /// <summary>The label of the service (RFC 2782).</summary>
    public const string Service = "_kith._udp";

    /// <summary>SRV records of one name that are heeded; a name with more is not one of ours.</summary>
    public const int MaxRecords = 16;

    /// <summary>Seconds that others may keep a record.</summary>
    public const uint Ttl = 60;

    private const string HostPrefix = "e";

    public static EntryRecords None { get; } = new([], []);

    /// <summary>The name under which the SRV records stand; null when the name is none.</summary>
    public static DnsName? ServiceOf(string name) => DnsName.TryParse($"{Service}.{name}", out var service) ? service : null;

    /// <summary>The host name of an entry node's address below the dynamic name: the same for everybody, so that two entries of one address share it.</summary>
    public static DnsName? HostOf(Endpoint node, string name) =>
        DnsName.TryParse($"{HostPrefix}{Convert.ToHexStringLower(node.ToAddress().GetAddressBytes())}.{name}", out var host) ? host : null;

    /// <summary>Whether a host name was made by <see cref="HostOf"/>: only such are ever deleted.</summary>
    public static bool IsOurs(EntryRecord entry, string name) => entry.Endpoints.Any(endpoint => entry.Target.Equals(HostOf(endpoint, name)));
}

/// <summary>One entry node of a dynamic DNS name.</summary>
internal sealed record EntryRecord(DnsRecord Record, DnsName Target, ushort Port, IReadOnlyList<Endpoint> Endpoints);
