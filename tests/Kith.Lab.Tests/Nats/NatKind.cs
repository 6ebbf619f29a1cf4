namespace Kith.Lab.Tests.Nats;

/// <summary>What stands between a person of the lab and its internet. Mapping and filtering in the words of RFC 4787 sections 4 and 5, with the older names of RFC 3489.</summary>
public enum NatKind
{
    /// <summary>Nothing: a public IPv4 address.</summary>
    Public,

    /// <summary>Endpoint-independent mapping and filtering.</summary>
    FullCone,

    /// <summary>Endpoint-independent mapping, address-dependent filtering.</summary>
    AddressRestricted,

    /// <summary>Endpoint-independent mapping, address- and port-dependent filtering: what most homes have.</summary>
    PortRestricted,

    /// <summary>Address- and port-dependent mapping, random ports, address- and port-dependent filtering.</summary>
    Symmetric,

    /// <summary>A home's NAT behind a carrier's (RFC 6598), both port-restricted.</summary>
    TwoLevels,

    /// <summary>Two people behind one port-restricted NAT who reach each other only by its public address: it hairpins (RFC 4787 section 6), and keeps them apart otherwise.</summary>
    Hairpin,

    /// <summary>Two people behind one port-restricted NAT that does not hairpin; they are on one network.</summary>
    NoHairpin,

    /// <summary>No UDP in or out; TCP out.</summary>
    UdpBlocked,

    /// <summary>Nothing but TCP to port 443.</summary>
    OnlyTcp443,

    /// <summary>No IPv4 at all; IPv6 behind a firewall that lets in only what answers (RFC 6092).</summary>
    OnlyIPv6,

    /// <summary>Port-restricted; it forgets after 20 s of silence.</summary>
    ShortMemory,

    /// <summary>Port-restricted; it forgets after 12 s of silence.</summary>
    VeryShortMemory,

    /// <summary>Port-restricted; it loses a packet in ten.</summary>
    Lossy,
}
