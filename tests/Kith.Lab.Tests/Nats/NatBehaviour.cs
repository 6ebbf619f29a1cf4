namespace Kith.Lab.Tests.Nats;

/// <summary>What a mapping or a filter depends on (RFC 4787 sections 4.1 and 5).</summary>
public enum Dependence
{
    None,
    Address,
    AddressAndPort,
}

/// <summary>What a NAT was seen to do with UDP; null where none came through.</summary>
internal sealed record NatBehaviour(Dependence? Mapping, Dependence? Filtering);
