namespace Kith.Overlay;

/// <summary>What an address is good for (IANA's special-purpose address registries, RFC 6890).</summary>
public enum AddressKind
{
    /// <summary>An address of the internet, for one host.</summary>
    Global,

    /// <summary>This machine: 127.0.0.0/8, ::1.</summary>
    Loopback,

    /// <summary>A private network: RFC 1918, and fc00::/7 (RFC 4193).</summary>
    Private,

    /// <summary>One link: 169.254.0.0/16 (RFC 3927), fe80::/10.</summary>
    LinkLocal,

    /// <summary>Between a carrier and its customers: 100.64.0.0/10 (RFC 6598).</summary>
    Shared,

    /// <summary>For examples and benchmarks (RFC 5737, RFC 2544, RFC 3849, RFC 9637): nobody in the world, but test networks play the internet with it.</summary>
    Documentation,

    /// <summary>No address: 0.0.0.0, ::.</summary>
    Unspecified,

    /// <summary>A group: 224.0.0.0/4, ff00::/8.</summary>
    Multicast,

    /// <summary>Broadcast, unassigned, or a tunnel that could carry a datagram to one of the other kinds (6to4, Teredo).</summary>
    Reserved,
}
