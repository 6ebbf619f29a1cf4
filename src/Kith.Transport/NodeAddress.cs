using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Tor;

namespace Kith.Transport;

/// <summary>
/// Where a node can be reached: the carrier's kind, a host (IPv4, IPv6 or a DNS name) and a port. Text form of kind "tcp", which is a node's own address, to be tried by TCP and by UDP:
/// <c>127.0.0.1:4711</c>, <c>[::1]:4711</c>, <c>example.org:4711</c>; of any other kind the same after <c>kind/</c>. <c>udp/HOST:PORT</c> is an address for UDP alone;
/// <c>via/HOST:PORT/HANDLE</c> is an introducer and the handle that the node has there (docs/protocol/reach.md); <c>hold/HOST:PORT</c> is a holder that keeps drops for the node's owner (docs/protocol/mailbox.md);
/// <c>onion/LETTERS:PORT</c> is the node's onion service, by the 56 letters of its address without ".onion" (docs/protocol/tor.md), and <c>onion/LETTERS:PORT/KEY</c> the same with the key that lets its holder
/// in, which is a secret.
/// </summary>
public sealed record NodeAddress
{
    /// <summary>The kind of a node's own address: TCP and UDP.</summary>
    public const string TcpKind = "tcp";

    /// <summary>The kind of an address for UDP alone: a mapped one, or one that others saw.</summary>
    public const string UdpKind = "udp";

    /// <summary>The kind of an introducer's address, with the node's handle there.</summary>
    public const string ViaKind = "via";

    /// <summary>The kind of the address of a holder that the node's owner has chosen (docs/protocol/mailbox.md): drops for them are put there first. Not the node's own, and never called for a conversation.</summary>
    public const string HoldKind = "hold";

    /// <summary>The kind of the address of a node's onion service: to be called through Tor alone.</summary>
    public const string OnionKind = "onion";

    /// <summary>The longest text form, characters: a kind, a name of 253 (RFC 1035 section 2.3.4 less the root), a port, and a handle.</summary>
    public const int MaxTextLength = MaxKindLength + 1 + MaxHostLength + 2 + 1 + 5 + 1 + NodeHandle.TextLength;

    private const int MaxKindLength = 8;
    private const int MaxHostLength = 253;
    private const int MaxLabelLength = 63;

    private readonly string? _clientKey; // text, as it was told

    private NodeAddress(string kind, string host, int port, NodeHandle? handle = null, string? clientKey = null)
    {
        Kind = kind;
        Host = host;
        Port = port;
        Handle = handle;
        _clientKey = clientKey;
    }

    /// <summary>The carrier's kind, lower case.</summary>
    public string Kind { get; }

    /// <summary>The host: an IP address in its canonical form, without brackets, or a DNS name in lower case.</summary>
    public string Host { get; }

    /// <summary>The port, 1 to 65535.</summary>
    public int Port { get; }

    /// <summary>What the node is called at the introducer; of kind <see cref="ViaKind"/> alone, and always there.</summary>
    public NodeHandle? Handle { get; }

    /// <summary>Whether a text means an onion service, well written or not.</summary>
    public static bool IsOnion(string text) => text.StartsWith(OnionKind + "/", StringComparison.Ordinal);

    /// <summary>The onion service; of kind <see cref="OnionKind"/> alone, and always there.</summary>
    public OnionAddress? Service => Kind == OnionKind && OnionAddress.TryParse(Host, out var service) ? service : null;

    /// <summary>Whether it holds a key that lets its holder in (<see cref="OpenClientKey"/>); of kind <see cref="OnionKind"/> alone.</summary>
    public bool HasClientKey => _clientKey is not null;

    /// <summary>The text form with all that is in it, a client key too: for those who may know it, never for a page or a log.</summary>
    public string Whole => _clientKey is null ? ToString() : $"{this}/{_clientKey}";

    /// <summary>The address of an onion service.</summary>
    /// <param name="service">Which.</param>
    /// <param name="port">Its port.</param>
    /// <param name="clientKey">The key that lets in whoever has the address; null where none is needed.</param>
    /// <exception cref="ArgumentOutOfRangeException">No port.</exception>
    public static NodeAddress Onion(OnionAddress service, int port, X25519PrivateKey? clientKey = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        return new NodeAddress(OnionKind, service.ToString(), port, clientKey: clientKey is null ? null : OnionClientKey.TextOf(clientKey));
    }

    /// <summary>The address of an endpoint for UDP alone.</summary>
    /// <exception cref="ArgumentException">The endpoint's port is 0.</exception>
    public static NodeAddress Udp(IPEndPoint endPoint) => OfKind(UdpKind, endPoint, null);

    /// <summary>The address through an introducer.</summary>
    /// <exception cref="ArgumentException">The endpoint's port is 0.</exception>
    public static NodeAddress Via(IPEndPoint introducer, NodeHandle handle) => OfKind(ViaKind, introducer, handle);

    /// <summary>The node's own address at an endpoint.</summary>
    /// <exception cref="ArgumentException">The endpoint's port is 0.</exception>
    public static NodeAddress Tcp(IPEndPoint endPoint) => OfKind(TcpKind, endPoint, null);

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

        NodeHandle? handle = null;
        if (kind.SequenceEqual(ViaKind))
        {
            var end = text.LastIndexOf('/');
            if (end < 0 || !NodeHandle.TryParse(text[(end + 1)..], out var read))
                return false;
            handle = read;
            text = text[..end];
        }

        string? clientKey = null;
        if (kind.SequenceEqual(OnionKind) && text.IndexOf('/') is var before and >= 0)
        {
            if (!OnionClientKey.IsText(text[(before + 1)..]))
                return false;
            clientKey = text[(before + 1)..].ToString();
            text = text[..before];
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !IsKind(kind) || !TryParsePort(text[(colon + 1)..], out var port))
            return false;
        string host;
        // Nobody has an address with a wrong checksum: it is mistyped, and refused here and not after a minute of looking for it.
        if (kind.SequenceEqual(OnionKind))
        {
            if (!OnionAddress.TryParse(text[..colon], out var service))
                return false;
            host = service.ToString();
        }
        else if (!TryParseHost(text[..colon], out host))
        {
            return false;
        }

        address = new NodeAddress(kind.ToString(), host, port, handle, clientKey);
        return true;
    }

    /// <summary>The endpoint when the host is an IP address; null when it is a name.</summary>
    public IPEndPoint? ToIPEndPoint() => IPAddress.TryParse(Host, out var ip) ? new IPEndPoint(ip, Port) : null;

    /// <summary>The key that lets us into the service; null when there is none. The caller's, to be erased.</summary>
    public X25519PrivateKey? OpenClientKey() => _clientKey is null ? null : OnionClientKey.Open(_clientKey);

    /// <summary>The text form, without a client key (<see cref="Whole"/>).</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var prefix = Kind == TcpKind ? "" : Kind + "/";
        var suffix = Handle is { } handle ? $"/{handle}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{host}:{Port}{suffix}");
    }

    private static NodeAddress OfKind(string kind, IPEndPoint endPoint, NodeHandle? handle) => endPoint.Port > 0
        ? new NodeAddress(kind, Unmapped(endPoint.Address).ToString(), endPoint.Port, handle)
        : throw new ArgumentException("an address needs a port", nameof(endPoint));

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
