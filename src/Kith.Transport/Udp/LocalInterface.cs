using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Kith.Transport.Udp;

/// <summary>One of this machine's addresses and the interface that it is on.</summary>
/// <param name="Index">The interface's number, for the address's family.</param>
/// <param name="Address">The address.</param>
/// <param name="IsLoopback">Whether the interface is the machine itself.</param>
internal sealed record LocalInterface(int Index, IPAddress Address, bool IsLoopback)
{
    /// <summary>Addresses sent from at a time: a machine with more tells the first ones' networks.</summary>
    public const int Max = 16;

    public bool IsIPv6 => Address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>
    /// Where to join the group and where to send from, for what a node listens on. Loopback is always heard by a node that listens everywhere; it is spoken on only where
    /// there is nothing else, or the node would be known under two addresses to its neighbours on the machine.
    /// </summary>
    public static (IReadOnlyList<LocalInterface> Joined, IReadOnlyList<LocalInterface> Senders) Of(IReadOnlyList<IPAddress> listenAddresses)
    {
        var joined = All().Where(local => listenAddresses.Any(listen => Covers(listen, local))).Take(Max).ToList();
        var senders = joined.Where(local => !local.IsLoopback || listenAddresses.All(IPAddress.IsLoopback)).ToList();
        return (joined, senders.Count > 0 ? senders : joined);
    }

    private static bool Covers(IPAddress listen, LocalInterface local)
    {
        if (listen.AddressFamily != local.Address.AddressFamily)
            return false;
        if (listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any))
            return true;
        // All of 127.0.0.0/8 is on the loopback interface, of which the system lists one address alone.
        return IPAddress.IsLoopback(listen) ? local.IsLoopback : listen.Equals(local.Address);
    }

    private static IEnumerable<LocalInterface> All()
    {
        NetworkInterface[] networks;
        try
        {
            networks = NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            return [];
        }

        return networks.Where(IsLocalNetwork).SelectMany(Addresses);
    }

    // Networks that a person shares with those around: cables, radio, and the machine itself. Never tunnels: whoever is at their other end is not near.
    private static bool IsLocalNetwork(NetworkInterface network) =>
        network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
        && network.NetworkInterfaceType is NetworkInterfaceType.Loopback or NetworkInterfaceType.Ethernet or NetworkInterfaceType.GigabitEthernet
            or NetworkInterfaceType.FastEthernetT or NetworkInterfaceType.FastEthernetFx or NetworkInterfaceType.Wireless80211;

    private static IEnumerable<LocalInterface> Addresses(NetworkInterface network)
    {
        var found = new List<LocalInterface>();
        try
        {
            var properties = network.GetIPProperties();
            var isLoopback = network.NetworkInterfaceType == NetworkInterfaceType.Loopback;
            foreach (var address in properties.UnicastAddresses.Select(unicast => unicast.Address))
            {
                // Endpoints here have no scope id, so a link-local address of IPv6 could not be answered.
                if (address.AddressFamily == AddressFamily.InterNetwork)
                    found.Add(new LocalInterface(properties.GetIPv4Properties().Index, address, isLoopback));
                else if (!address.IsIPv6LinkLocal && !address.IsIPv4MappedToIPv6)
                    found.Add(new LocalInterface(properties.GetIPv6Properties().Index, address, isLoopback));
            }
        }
        catch (NetworkInformationException)
        {
            // It went while we looked, or has no such family.
        }

        return found;
    }
}
