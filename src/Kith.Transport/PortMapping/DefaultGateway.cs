using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Kith.Transport.PortMapping;

/// <summary>The way out of a network of ours.</summary>
/// <param name="Address">The router's address towards us.</param>
/// <param name="Local">Our address towards it.</param>
internal sealed record DefaultGateway(IPAddress Address, IPAddress Local)
{
    private const string Routes4 = "/proc/net/route";
    private const string Routes6 = "/proc/net/ipv6_route";

    /// <summary>Lines of the system's route table that are looked at.</summary>
    private const int MaxRoutes = 4096;

    /// <summary>The router of our private IPv4 network; null where there is none, or where it is no such network's.</summary>
    public static DefaultGateway? FindFour() => Find(OperatingSystem.IsLinux() ? FromTable(Routes4, ReadFour) : null, AddressFamily.InterNetwork);

    /// <summary>The router of our IPv6 network, with one of our addresses of the internet there.</summary>
    public static DefaultGateway? FindSix() => Find(OperatingSystem.IsLinux() ? FromTable(Routes6, ReadSix) : null, AddressFamily.InterNetworkV6);

    /// <summary>Reads Linux's table of IPv4 routes (proc(5)): the gateway and interface of the default route of the least metric.</summary>
    public static (IPAddress Gateway, string Interface)? ReadFour(IEnumerable<string> lines)
    {
        (IPAddress, string)? best = null;
        var leastMetric = long.MaxValue;
        foreach (var line in lines.Skip(1).Take(MaxRoutes))
        {
            var fields = line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            // Interface, destination, gateway, flags, …, metric, mask: the addresses as the machine's own integers in hex.
            if (fields.Length < 8 || fields[1] != "00000000" || fields[7] != "00000000" || !uint.TryParse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var gateway)
                || !long.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var metric) || gateway == 0 || metric >= leastMetric)
                continue;
            leastMetric = metric;
            best = (new IPAddress(gateway), fields[0]);
        }

        return best;
    }

    /// <summary>Reads Linux's table of IPv6 routes: the same.</summary>
    public static (IPAddress Gateway, string Interface)? ReadSix(IEnumerable<string> lines)
    {
        (IPAddress, string)? best = null;
        var leastMetric = uint.MaxValue;
        foreach (var line in lines.Take(MaxRoutes))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Destination, its length, source, its length, next hop, metric, …, interface.
            if (fields.Length < 10 || fields[1] != "00" || fields[0].Trim('0').Length != 0 || fields[4].Length != 32 || fields[4].Trim('0').Length == 0
                || !uint.TryParse(fields[5], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var metric) || metric >= leastMetric || !TryReadHex(fields[4], out var gateway))
                continue;
            leastMetric = metric;
            best = (gateway, fields[9]);
        }

        return best;
    }

    private static bool TryReadHex(string text, out IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isRead = Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length;
        address = isRead ? new IPAddress(bytes) : IPAddress.IPv6None;
        return isRead;
    }

    private static (IPAddress Gateway, string Interface)? FromTable(string path, Func<IEnumerable<string>, (IPAddress, string)?> read)
    {
        try
        {
            return read(File.ReadLines(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static DefaultGateway? Find((IPAddress Gateway, string Interface)? known, AddressFamily family)
    {
        try
        {
            foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (network.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown) || (known is { } one && network.Name != one.Interface))
                    continue;
                var properties = network.GetIPProperties();
                var gateway = known?.Gateway ?? properties.GatewayAddresses.Select(way => way.Address).FirstOrDefault(address => address.AddressFamily == family);
                if (gateway is not null && OwnAddress(properties, gateway) is { } local)
                    return new DefaultGateway(Scoped(gateway, properties), local);
            }
        }
        catch (NetworkInformationException)
        {
            // Interfaces come and go while they are being listed: asked again at the next change.
        }

        return null;
    }

    // IPv4: our address in the gateway's own private network. IPv6: one of the internet, where the gateway is on the link.
    private static IPAddress? OwnAddress(IPInterfaceProperties properties, IPAddress gateway)
    {
        foreach (var own in properties.UnicastAddresses)
        {
            if (own.Address.AddressFamily != gateway.AddressFamily)
                continue;
            if (gateway.AddressFamily == AddressFamily.InterNetwork
                ? PrivateAddress.IsPrivate(gateway) && PrivateAddress.AreInOneNetwork(own.Address, gateway, own.PrefixLength)
                : (gateway.IsIPv6LinkLocal || gateway.IsIPv6UniqueLocal) && PrivateAddress.IsOfTheInternet(own.Address))
                return own.Address;
        }

        return null;
    }

    private static IPAddress Scoped(IPAddress gateway, IPInterfaceProperties properties) =>
        gateway.IsIPv6LinkLocal && gateway.ScopeId == 0 ? new IPAddress(gateway.GetAddressBytes(), properties.GetIPv6Properties().Index) : gateway;
}
