using System.Globalization;
using Kith.Wire;

namespace Kith.Overlay;

/// <summary>
/// The part of an address that tells its holder from others: whoever has one address of it may have them all. 24 bits of IPv4, 48 of IPv6 (what a site gets,
/// RFC 6177). An IPv4 host behind NAT64 (RFC 6052) is in the prefix of its IPv4 address.
/// </summary>
public readonly record struct AddressPrefix
{
    private const int Bits4 = 24;
    private const int Bits6 = 48;

    private readonly ulong _bits;

    private AddressPrefix(ulong bits, bool isIPv4)
    {
        _bits = bits;
        IsIPv4 = isIPv4;
    }

    /// <summary>Whether it is 24 bits of IPv4.</summary>
    public bool IsIPv4 { get; }

    /// <summary>A number of at most 50 bits that no other prefix has; never less than 2^48.</summary>
    public ulong Number => _bits | (1UL << (IsIPv4 ? Bits6 + 1 : Bits6));

    /// <summary>The prefix that an endpoint's address is in.</summary>
    public static AddressPrefix Of(Endpoint endpoint) => endpoint.IsIPv4 || AddressScope.IsNat64(endpoint)
        ? new AddressPrefix((uint)endpoint.Low >> (32 - Bits4), true)
        : new AddressPrefix(endpoint.High >> (64 - Bits6), false);

    /// <summary><c>192.0.2.0/24</c> or <c>2001:db8::/48</c>.</summary>
    public override string ToString()
    {
        var first = IsIPv4 ? Endpoint.FromIPv4((uint)_bits << (32 - Bits4), 0) : Endpoint.FromIPv6(_bits << (64 - Bits6), 0, 0);
        return string.Create(CultureInfo.InvariantCulture, $"{first.ToAddress()}/{(IsIPv4 ? Bits4 : Bits6)}");
    }
}
