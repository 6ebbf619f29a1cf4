using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>Under which addresses other nodes may reach this one: those of the interfaces, the most widely reachable first, loopback last.</summary>
internal static class OwnAddresses
{
    /// <summary>Addresses said to others, as many as a link carries (docs/protocol/link.md); further ones are left out.</summary>
    public const int Max = 4;

    /// <summary>Bridges of containers and virtual machines: reachable from this machine alone, which loopback is for.</summary>
    private static readonly string[] InnerInterfaces = ["docker", "br-", "veth", "virbr", "cni", "podman"];

    /// <summary>The addresses of what is listened on, in text form.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<IPEndPoint> listening)
    {
        var found = new List<IPEndPoint>();
        foreach (var endpoint in listening)
        {
            if (endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any))
                found.AddRange(Local(endpoint.AddressFamily).Select(address => new IPEndPoint(address, endpoint.Port)));
            else
                found.Add(endpoint);
        }

        return Best(found);
    }

    /// <summary>All addresses of this machine, those of link-local scope and of inner interfaces too.</summary>
    public static IReadOnlySet<IPAddress> All() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .ToHashSet();

    /// <summary>The networks that a port is on now.</summary>
    public static OwnNetworks Networks(UdpPort port) => port.IsLoopbackOnly
        ? OwnNetworks.Loopback
        : new OwnNetworks(All().Where(address => !address.IsIPv6LinkLocal).Select(address => Endpoint.From(address, port.Port)));

    private static IReadOnlyList<string> Best(IEnumerable<IPEndPoint> endpoints)
    {
        var ordered = endpoints.Distinct().OrderBy(endpoint => Rank(endpoint.Address)).ToList();
        // Two homes on one machine must find each other even when the network is gone: loopback keeps the last place.
        var loopback = ordered.Find(endpoint => IPAddress.IsLoopback(endpoint.Address));
        var others = ordered.Where(endpoint => !IPAddress.IsLoopback(endpoint.Address)).Take(loopback is null ? Max : Max - 1);
        return [.. (loopback is null ? others : others.Append(loopback)).Select(endpoint => NodeAddress.Tcp(endpoint).ToString())];
    }

    private static IEnumerable<IPAddress> Local(AddressFamily family)
    {
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (network.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown)
                || Array.Exists(InnerInterfaces, name => network.Name.StartsWith(name, StringComparison.Ordinal)))
            {
                continue;
            }

            foreach (var unicast in network.GetIPProperties().UnicastAddresses)
            {
                if (unicast.Address.AddressFamily == family && IsUsable(unicast.Address))
                    yield return unicast.Address;
            }
        }
    }

    // Link-local addresses need a scope, which means nothing to another machine (RFC 4007 §6); 169.254/16 likewise (RFC 3927).
    private static bool IsUsable(IPAddress address)
        => !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);

    private static int Rank(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
            return address.AddressFamily == AddressFamily.InterNetwork ? 4 : 5;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6UniqueLocal ? 3 : 1;
        return IsPrivate(address.GetAddressBytes()) ? 2 : 0;
    }

    // RFC 1918 and the shared space of RFC 6598.
    private static bool IsPrivate(ReadOnlySpan<byte> address) => address switch
    {
        [10, ..] => true,
        [172, >= 16 and <= 31, ..] => true,
        [192, 168, ..] => true,
        [100, >= 64 and <= 127, ..] => true,
        _ => false,
    };
}
