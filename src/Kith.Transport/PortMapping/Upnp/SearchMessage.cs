using System.Net;
using System.Text;

namespace Kith.Transport.PortMapping.Upnp;

/// <summary>SSDP's search and its answers (UPnP Device Architecture 2.0 section 1.3).</summary>
internal static class SearchMessage
{
    /// <summary>The group and port that devices hear searches at.</summary>
    public static readonly IPEndPoint Group = new(IPAddress.Parse("239.255.255.250"), 1900);

    /// <summary>The longest answer that is looked at, bytes.</summary>
    public const int MaxSize = 2048;

    private const int MaxLocation = 512;

    /// <summary>What is searched for: a gateway of the second version, which answers for the first too, and of the first.</summary>
    public static readonly string[] Targets =
    [
        "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
        "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    ];

    /// <summary>Writes a search.</summary>
    public static byte[] Write(string target) =>
        Encoding.ASCII.GetBytes($"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: {target}\r\n\r\n");

    /// <summary>Reads an answer; false when it is none, or names a description anywhere else than at the address that it came from.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, IPAddress from, out Uri location)
    {
        location = null!;
        if (datagram.Length > MaxSize || !datagram.StartsWith("HTTP/1.1 200"u8))
            return false;
        foreach (var line in Encoding.Latin1.GetString(datagram).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !line.AsSpan(0, colon).Equals("location", StringComparison.OrdinalIgnoreCase))
                continue;
            var value = line[(colon + 1)..].Trim();
            return value.Length <= MaxLocation && Uri.TryCreate(value, UriKind.Absolute, out location!) && IsAt(location, from);
        }

        return false;
    }

    /// <summary>Whether a URL is plain HTTP at exactly this address, written as a number.</summary>
    public static bool IsAt(Uri url, IPAddress address) =>
        url.Scheme == Uri.UriSchemeHttp && url.UserInfo.Length == 0 && IPAddress.TryParse(url.DnsSafeHost, out var host) && host.Equals(address);
}
