using System.Net;
using System.Net.NetworkInformation;
using Kith.Wire;

namespace Kith.Overlay.Host;

/// <summary>The addresses that a port bound to some addresses has: those themselves, or every interface's where it is bound to all.</summary>
internal static class OwnInterfaces
{
    public static OwnNetworks Of(IReadOnlyList<IPEndPoint> bound)
    {
        var addresses = new List<Endpoint>();
        foreach (var local in bound)
        {
            if (local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any))
                addresses.AddRange(All().Where(address => address.AddressFamily == local.AddressFamily).Select(address => Endpoint.From(address, local.Port)));
            else
                addresses.Add(Endpoint.From(local));
        }

        return new OwnNetworks(addresses);
    }

    private static IEnumerable<IPAddress> All()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                    .Select(unicast => unicast.Address),
            ];
        }
        catch (NetworkInformationException)
        {
            // Interfaces come and go while they are being listed: the next change is told again.
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
    }
}
