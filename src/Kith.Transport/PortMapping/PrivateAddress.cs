using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.PortMapping;

/// <summary>What kind of address a router has, on either side.</summary>
internal static class PrivateAddress
{
    /// <summary>Whether it is of a private network (RFC 1918) or a link's own (RFC 3927).</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return false;
        var bits = Bits(address);
        return bits >> 24 == 10 || bits >> 20 == 0xAC1 || bits >> 16 is 0xC0A8 or 0xA9FE;
    }

    /// <summary>Whether it can be an address of the internet: none of those (RFC 6890), and no carrier's (RFC 6598). Those for documentation count as such, as test networks play the internet with them.</summary>
    public static bool IsOfTheInternet(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return (address.GetAddressBytes()[0] & 0xE0) == 0x20 && !address.IsIPv4MappedToIPv6 && !address.IsIPv6Teredo;
        var bits = Bits(address);
        return !IsPrivate(address) && bits >> 24 is not (0 or 127) && bits >> 22 != 0x6440_0000 >> 22 && bits < 0xE000_0000;
    }

    /// <summary>Whether two addresses are in one network whose prefix has so many bits.</summary>
    public static bool AreInOneNetwork(IPAddress one, IPAddress other, int prefix) =>
        one.AddressFamily == AddressFamily.InterNetwork && other.AddressFamily == AddressFamily.InterNetwork && prefix is > 0 and <= 32
        && (Bits(one) ^ Bits(other)) >> (32 - prefix) == 0;

    private static uint Bits(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
