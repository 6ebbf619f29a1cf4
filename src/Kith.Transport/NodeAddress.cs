using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kith.Transport;

/// <summary>
/// Where a node can be reached: the carrier's kind, a host (IPv4, IPv6 or a DNS name) and a port. Text form of kind "tcp": <c>127.0.0.1:4711</c>,
/// <c>[::1]:4711</c>, <c>example.org:4711</c>; of any other kind the same after <c>kind/</c>.
/// </summary>
public sealed record NodeAddress
{
    /// <summary>The kind of TCP addresses.</summary>
    public const string TcpKind = "tcp";

    /// <summary>The kind of addresses at which there is UDP alone.</summary>
    public const string UdpKind = "udp";

    /// <summary>The longest text form, characters: a kind, a name of 253 (RFC 1035 section 2.3.4 less the root) and a port.</summary>
    public const int MaxTextLength = MaxKindLength + 1 + MaxHostLength + 2 + 1 + 5;

    private const int MaxKindLength = 8;
    private const int MaxHostLength = 253;
    private const int MaxLabelLength = 63;

    private NodeAddress(string kind, string host, int port)
    {
        Kind = kind;
        Host = host;
        Port = port;
    }

    /// <summary>The carrier's kind, lower case.</summary>
    public string Kind { get; }

    /// <summary>The host: an IP address in its canonical form, without brackets, or a DNS name in lower case.</summary>
    public string Host { get; }

    /// <summary>The port, 1 to 65535.</summary>
    public int Port { get; }

    /// <summary>The TCP address of an endpoint.</summary>
    /// <exception cref="ArgumentException">The endpoint's port is 0.</exception>
    public static NodeAddress Tcp(IPEndPoint endPoint) => endPoint.Port > 0
        ? new NodeAddress(TcpKind, Unmapped(endPoint.Address).ToString(), endPoint.Port)
        : throw new ArgumentException("an address needs a port", nameof(endPoint));

    /// <summary>The address of an endpoint at which there is UDP alone: one that a NAT gave.</summary>
    /// <exception cref="ArgumentException">The endpoint's port is 0.</exception>
    public static NodeAddress Udp(IPEndPoint endPoint) => endPoint.Port > 0
        ? new NodeAddress(UdpKind, Unmapped(endPoint.Address).ToString(), endPoint.Port)
        : throw new ArgumentException("an address needs a port", nameof(endPoint));

    /// <summary>Reads the text form; false when it is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NodeAddress? address)
    {
        address = null;
        if (text.Length > MaxTextLength)
            return false;
        ReadOnlySpan<char> kind = TcpKind;
        var slash = text.IndexOf('/');
        if (slash >= 0)
        {
            kind = text[..slash];
            text = text[(slash + 1)..];
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !IsKind(kind) || !TryParsePort(text[(colon + 1)..], out var port) || !TryParseHost(text[..colon], out var host))
            return false;
        address = new NodeAddress(kind.ToString(), host, port);
        return true;
    }

    /// <summary>The endpoint when the host is an IP address; null when it is a name.</summary>
    public IPEndPoint? ToIPEndPoint() => IPAddress.TryParse(Host, out var ip) ? new IPEndPoint(ip, Port) : null;

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var prefix = Kind == TcpKind ? "" : Kind + "/";
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{host}:{Port}");
    }

    private static bool IsKind(ReadOnlySpan<char> kind) =>
        kind.Length is > 0 and <= MaxKindLength && !kind.ContainsAnyExceptInRange('a', 'z');

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port)
    {
        port = 0;
        return text.Length is > 0 and <= 5 && text[0] != '0'
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;
    }

    private static bool TryParseHost(ReadOnlySpan<char> text, out string host)
    {
        host = "";
        if (text.Length >= 2 && text[0] == '[' && text[^1] == ']')
        {
            // Scope ids name an interface of one machine: they mean nothing to another.
            if (text.Contains('%') || !IPAddress.TryParse(text[1..^1], out var six) || six.AddressFamily != AddressFamily.InterNetworkV6)
                return false;
            host = Unmapped(six).ToString();
            return true;
        }

        if (!IsName(text))
            return false;
        host = text.ToString().ToLowerInvariant();
        // "1.2.3", "0x7f.1" and the like are read as addresses by some resolvers: a last label of digits must be a plain IPv4 address.
        if (!char.IsAsciiDigit(host[host.LastIndexOf('.') + 1]))
            return true;
        return IPAddress.TryParse(host, out var four) && four.AddressFamily == AddressFamily.InterNetwork && four.ToString() == host;
    }

    // RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxHostLength)
            return false;
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
            }
        }

        return true;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
