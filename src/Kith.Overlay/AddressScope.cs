using Kith.Wire;

namespace Kith.Overlay;

/// <summary>
/// What kind of address one is, and who is on a network of ours. The one rule of the overlay stands here: limits per prefix, the refusal of private addresses and BEP 42's node
/// ids do not apply between nodes that are themselves on loopback, or on one private network. Everything else asks <see cref="OwnNetworks"/>, which asks this.
/// </summary>
public static class AddressScope
{
    private const ulong Nat64High = 0x0064_FF9B_0000_0000;

    /// <summary>The kind of an endpoint's address.</summary>
    public static AddressKind KindOf(Endpoint endpoint)
    {
        if (endpoint.IsIPv4)
            return KindOfIPv4(endpoint.IPv4);
        if (!IsNat64(endpoint))
            return KindOfIPv6(endpoint.High, endpoint.Low);
        // A translator would carry the datagram to the address within.
        return KindOfIPv4((uint)endpoint.Low) == AddressKind.Global ? AddressKind.Global : AddressKind.Reserved;
    }

    /// <summary>
    /// Whether two nodes are on loopback, or on one private network as far as addresses tell: one block of RFC 1918, one /48 of RFC 4193, or link-local addresses. Between such
    /// the rules are lifted. A carrier's network (RFC 6598) is no such network: strangers share it.
    /// </summary>
    public static bool AreTogether(Endpoint one, Endpoint other)
    {
        var kind = KindOf(one);
        return kind is AddressKind.Loopback or AddressKind.Private or AddressKind.LinkLocal && IsOneNetwork(kind, one, other);
    }

    /// <summary>Whether both are of this kind and in one block of it.</summary>
    internal static bool IsOneNetwork(AddressKind kind, Endpoint one, Endpoint other)
    {
        if (KindOf(one) != kind || KindOf(other) != kind || one.IsIPv4 != other.IsIPv4)
            return false;
        if (kind != AddressKind.Private)
            return true;
        return one.IsIPv4 ? PrivateBlock(one.IPv4) == PrivateBlock(other.IPv4) : AddressPrefix.Of(one) == AddressPrefix.Of(other);
    }

    /// <summary>Whether the address is an IPv4 one behind a translator (64:ff9b::/96, RFC 6052 section 2.1).</summary>
    internal static bool IsNat64(Endpoint endpoint) => endpoint.High == Nat64High && endpoint.Low >> 32 == 0;

    // 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 differ in their first octet.
    private static uint PrivateBlock(uint address) => address >> 24;

    private static AddressKind KindOfIPv4(uint address) => address switch
    {
        0 => AddressKind.Unspecified,
        <= 0x00FF_FFFF => AddressKind.Reserved,
        >= 0x0A00_0000 and <= 0x0AFF_FFFF => AddressKind.Private,
        >= 0x6440_0000 and <= 0x647F_FFFF => AddressKind.Shared,
        >= 0x7F00_0000 and <= 0x7FFF_FFFF => AddressKind.Loopback,
        >= 0xA9FE_0000 and <= 0xA9FE_FFFF => AddressKind.LinkLocal,
        >= 0xAC10_0000 and <= 0xAC1F_FFFF => AddressKind.Private,
        >= 0xC000_0000 and <= 0xC000_00FF => AddressKind.Reserved, // 192.0.0.0/24, RFC 6890
        >= 0xC000_0200 and <= 0xC000_02FF => AddressKind.Documentation,
        >= 0xC058_6300 and <= 0xC058_63FF => AddressKind.Reserved, // 192.88.99.0/24, RFC 7526
        >= 0xC0A8_0000 and <= 0xC0A8_FFFF => AddressKind.Private,
        >= 0xC612_0000 and <= 0xC613_FFFF => AddressKind.Documentation,
        >= 0xC633_6400 and <= 0xC633_64FF => AddressKind.Documentation,
        >= 0xCB00_7100 and <= 0xCB00_71FF => AddressKind.Documentation,
        >= 0xE000_0000 and <= 0xEFFF_FFFF => AddressKind.Multicast,
        >= 0xF000_0000 => AddressKind.Reserved,
        _ => AddressKind.Global,
    };

    private static AddressKind KindOfIPv6(ulong high, ulong low)
    {
        if (high == 0)
            return low switch { 0 => AddressKind.Unspecified, 1 => AddressKind.Loopback, _ => AddressKind.Reserved };
        if (high >> 56 == 0xFF)
            return AddressKind.Multicast;
        if (high >> 57 == 0xFC >> 1)
            return AddressKind.Private;
        if (high >> 54 == 0xFE80 >> 6)
            return AddressKind.LinkLocal;
        if (high >> 32 == 0x2001_0DB8 || high >> 44 == 0x3FFF0)
            return AddressKind.Documentation;
        // Of 2000::/3 less the protocol assignments of 2001::/23 (Teredo among them) and 6to4.
        return high >> 61 == 1 && high >> 41 != 0x2001_0000 >> 9 && high >> 48 != 0x2002 ? AddressKind.Global : AddressKind.Reserved;
    }
}
