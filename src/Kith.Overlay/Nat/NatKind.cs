namespace Kith.Overlay.Nat;

/// <summary>What stands between this node and the internet, in the words that people know (RFC 3489 section 5); docs/protocol/nat.md.</summary>
public enum NatKind
{
    /// <summary>Not known yet.</summary>
    Unknown,

    /// <summary>Nothing: everybody reaches the node at its own address.</summary>
    None,

    /// <summary>No NAT, but only those come in that were sent to.</summary>
    Firewall,

    /// <summary>Endpoint-independent mapping and filtering.</summary>
    FullCone,

    /// <summary>Endpoint-independent mapping, address-dependent filtering.</summary>
    AddressRestricted,

    /// <summary>Endpoint-independent mapping, address-and-port-dependent filtering.</summary>
    PortRestricted,

    /// <summary>A mapping of its own for each destination.</summary>
    Symmetric,

    /// <summary>No datagram comes back at all.</summary>
    Blocked,
}

/// <summary>How a NAT maps (RFC 4787 section 4.1).</summary>
public enum NatMapping
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>The node's own address is seen.</summary>
    None,

    /// <summary>One outer endpoint for all destinations.</summary>
    EndpointIndependent,

    /// <summary>One for each destination address.</summary>
    AddressDependent,

    /// <summary>One for each destination address and port.</summary>
    AddressAndPortDependent,
}

/// <summary>Whom a NAT or firewall lets in (RFC 4787 section 5).</summary>
public enum NatFiltering
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>Everybody.</summary>
    EndpointIndependent,

    /// <summary>Addresses that were sent to, from any port.</summary>
    AddressDependent,

    /// <summary>Addresses and ports that were sent to.</summary>
    AddressAndPortDependent,
}

/// <summary>Which outer ports a NAT gives (RFC 4787 section 4.2).</summary>
public enum NatPorts
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>The inner one.</summary>
    Preserved,

    /// <summary>One after the other: the next can be foretold.</summary>
    Sequential,

    /// <summary>Any.</summary>
    Random,
}

/// <summary>The kinds' names.</summary>
public static class NatKinds
{
    /// <summary><c>none</c>, <c>firewall</c>, <c>full-cone</c>, <c>address-restricted</c>, <c>port-restricted</c>, <c>symmetric</c>, <c>blocked</c> or <c>unknown</c>.</summary>
    public static string Name(this NatKind kind) => kind switch
    {
        NatKind.None => "none",
        NatKind.Firewall => "firewall",
        NatKind.FullCone => "full-cone",
        NatKind.AddressRestricted => "address-restricted",
        NatKind.PortRestricted => "port-restricted",
        NatKind.Symmetric => "symmetric",
        NatKind.Blocked => "blocked",
        _ => "unknown",
    };
}
