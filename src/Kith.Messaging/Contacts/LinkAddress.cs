using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>What there is at an address of a link.</summary>
public enum LinkAddressKind
{
    /// <summary>The device itself.</summary>
    Plain,

    /// <summary>The device itself, over UDP alone: an endpoint that a NAT gave it.</summary>
    Udp,

    /// <summary>A node that introduces to the device, which has a handle there.</summary>
    Via,

    /// <summary>The device's onion service.</summary>
    Onion,

    /// <summary>A node where forwarded packets for the device end (docs/protocol/privacy.md, "Addresses").</summary>
    Meet,

    /// <summary>Not the device but a node that keeps what is left for it (docs/protocol/mailbox.md, "Who holds").</summary>
    Hold,
}

/// <summary>
/// Where a device is reached. Text form: <c>192.0.2.1:7300</c>, <c>[2001:db8::1]:7300</c>, <c>name.example:7300</c>, each also as <c>hold/…</c>; with an IP address alone also <c>udp/192.0.2.1:7300</c> and
/// <c>via/192.0.2.1:7300/HANDLE</c>, the handle being 16 bytes in base64url; of an onion service
/// <c>onion/NAME:7300</c>, the name being the 56 characters without ".onion", and <c>onion/NAME:7300/KEY</c> with the key that lets in whoever has it; of a meeting point <c>meet/…</c>, which is read where packets are forwarded.
/// </summary>
public sealed record LinkAddress
{
    /// <summary>Longest host name (RFC 1035 §2.3.4, without the trailing dot).</summary>
    public const int MaxHostSize = 253;

    /// <summary>Longest text form.</summary>
    public const int MaxTextSize = MaxHostSize + 8;

    /// <summary>Longest text form of a meeting point, which holds a node's signed word.</summary>
    public const int MaxMeetingSize = 1024;

    /// <summary>Bytes of a handle.</summary>
    public const int HandleSize = 16;

    private const string UdpPrefix = "udp/";
    private const string ViaPrefix = "via/";
    internal const string OnionPrefix = "onion/";
    internal const string MeetPrefix = "meet/";
    internal const string HoldPrefix = "hold/";
    private const byte UdpFlag = 0x10;
    private const byte ViaFlag = 0x20;

    private const byte HostKind = 1;
    private const byte OnionKind = 7;
    private const byte IPv4Kind = 4;
    private const byte IPv6Kind = 6;

    private LinkAddress(IPAddress? ip, string host, ushort port, LinkAddressKind kind = LinkAddressKind.Plain, string handle = "", string clientKey = "")
    {
        ClientKey = clientKey;
        Ip = ip;
        Host = host;
        Port = port;
        Kind = kind;
        Handle = handle;
    }

    /// <summary>What there is.</summary>
    public LinkAddressKind Kind { get; }

    /// <summary>What the device is called at the node that introduces, text form; empty for the other kinds.</summary>
    public string Handle { get; }

    /// <summary>The key that lets in whoever has the address of an onion service (<see cref="OnionClientKey"/>); empty for none, and for the other kinds. A secret, and in no link.</summary>
    public string ClientKey { get; }

    /// <summary>The IP address, or null when it is a name.</summary>
    public IPAddress? Ip { get; }

    /// <summary>The name in lower case, or the IP address as text.</summary>
    public string Host { get; }

    /// <summary>1 to 65535.</summary>
    public ushort Port { get; }

    /// <summary>Reads the text form; false when it is anything else.</summary>
    public static bool TryParse(string? text, out LinkAddress address)
    {
        address = null!;
        if (text is null || text.Length > (text.StartsWith(MeetPrefix, StringComparison.Ordinal) ? MaxMeetingSize : MaxTextSize))
            return false;
        if (text.StartsWith(UdpPrefix, StringComparison.Ordinal))
            return TryParseAt(text[UdpPrefix.Length..], LinkAddressKind.Udp, "", out address);
        if (text.StartsWith(OnionPrefix, StringComparison.Ordinal))
            return TryParseOnion(text[OnionPrefix.Length..], out address);
        if (text.StartsWith(MeetPrefix, StringComparison.Ordinal))
            return TryParseMeeting(text[MeetPrefix.Length..], out address);
        if (text.StartsWith(HoldPrefix, StringComparison.Ordinal))
        {
            if (!TryParsePlain(text[HoldPrefix.Length..], out var at))
                return false;
            address = new LinkAddress(at.Ip, at.Host, at.Port, LinkAddressKind.Hold);
            return true;
        }

        if (!text.StartsWith(ViaPrefix, StringComparison.Ordinal))
            return TryParsePlain(text, out address);
        var end = text.LastIndexOf('/');
        return end > ViaPrefix.Length && IsHandle(text.AsSpan(end + 1)) && TryParseAt(text[ViaPrefix.Length..end], LinkAddressKind.Via, text[(end + 1)..], out address);
    }

    private static bool TryParseAt(string text, LinkAddressKind kind, string handle, out LinkAddress address)
    {
        if (!TryParsePlain(text, out address) || address.Ip is null)
            return false;
        address = new LinkAddress(address.Ip, address.Host, address.Port, kind, handle);
        return true;
    }

    private static bool TryParseOnion(string text, out LinkAddress address)
    {
        address = null!;
        var end = text.IndexOf('/', StringComparison.Ordinal);
        var key = end < 0 ? "" : text[(end + 1)..];
        if (end >= 0 && !OnionClientKey.IsText(key))
            return false;
        text = end < 0 ? text : text[..end];
        if (text.Length <= OnionName.TextLength || text[OnionName.TextLength] != ':' || !TryParsePort(text.AsSpan(OnionName.TextLength + 1), out var port)
            || !OnionName.TryParse(text.AsSpan(0, OnionName.TextLength), out var name))
            return false;
        address = new LinkAddress(null, name.Text, port, LinkAddressKind.Onion, clientKey: key);
        return true;
    }

    // What it says is another room's: here it is only kept and handed on, so it must be short and plain.
    private static bool TryParseMeeting(string text, out LinkAddress address)
    {
        address = null!;
        if (text.Length == 0 || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '/' or '-' or '_' or '[' or ']'))
            return false;
        address = new LinkAddress(null, text, 0, LinkAddressKind.Meet);
        return true;
    }

    private static bool TryParsePort(ReadOnlySpan<char> text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;

    // One text for each handle: the last character has bits that say nothing.
    private static bool IsHandle(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[HandleSize];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var size) == OperationStatus.Done && size == HandleSize && text.SequenceEqual(Base64Url.EncodeToString(bytes));
    }

    private static bool TryParsePlain(string text, out LinkAddress address)
    {
        address = null!;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryParsePort(text.AsSpan(colon + 1), out var port))
            return false;
        var host = text[..colon];
        if (host[0] == '[')
        {
            if (host[^1] != ']' || host.Contains('%', StringComparison.Ordinal)
                || !IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var v6) || v6.AddressFamily != AddressFamily.InterNetworkV6)
                return false;
            address = new LinkAddress(v6, v6.ToString(), port);
            return true;
        }

        if (IsDottedQuad(host))
        {
            if (!IPAddress.TryParse(host, out var v4) || v4.ToString() != host)
                return false;
            address = new LinkAddress(v4, host, port);
            return true;
        }

        if (!IsHostName(host))
            return false;
        address = new LinkAddress(null, host.ToLowerInvariant(), port);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var host = Ip?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Host}]" : Host;
        return Kind switch
        {
            LinkAddressKind.Udp => string.Create(CultureInfo.InvariantCulture, $"{UdpPrefix}{host}:{Port}"),
            LinkAddressKind.Hold => HoldPrefix + Plain,
            LinkAddressKind.Onion => OnionPrefix + Plain + (ClientKey.Length == 0 ? "" : "/" + ClientKey),
            LinkAddressKind.Meet => MeetPrefix + Host,
            LinkAddressKind.Via => string.Create(CultureInfo.InvariantCulture, $"{ViaPrefix}{host}:{Port}/{Handle}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}"),
        };
    }

    /// <summary>Host and port alone.</summary>
    public string Plain => string.Create(CultureInfo.InvariantCulture, $"{(Ip?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Host}]" : Host)}:{Port}");

    internal void Write(WireWriter writer)
    {
        if (Kind is LinkAddressKind.Hold or LinkAddressKind.Meet || ClientKey.Length > 0)
            throw new InvalidOperationException("a link has no holders and no meeting points, its bundle is found without; and no client keys, which belong to one contact each");
        if (Kind == LinkAddressKind.Onion)
        {
            _ = OnionName.TryParse(Host, out var name);
            writer.WriteByte(OnionKind);
            writer.WriteBytes(name!.Key.Span);
        }
        else if (Ip is null)
        {
            writer.WriteByte(HostKind);
            writer.WriteByte((byte)Host.Length);
            writer.WriteBytes(Encoding.ASCII.GetBytes(Host));
        }
        else
        {
            var flag = Kind switch { LinkAddressKind.Udp => UdpFlag, LinkAddressKind.Via => ViaFlag, _ => (byte)0 };
            writer.WriteByte((byte)(flag | (Ip.AddressFamily == AddressFamily.InterNetwork ? IPv4Kind : IPv6Kind)));
            writer.WriteBytes(Ip.GetAddressBytes());
        }

        writer.WriteUInt16(Port);
        if (Kind == LinkAddressKind.Via)
            writer.WriteBytes(Base64Url.DecodeFromChars(Handle));
    }

    internal static bool TryRead(ref WireReader reader, out LinkAddress address)
    {
        address = null!;
        IPAddress? ip = null;
        var host = "";
        if (!reader.TryReadByte(out var first))
            return false;
        var (family, kind) = first switch
        {
            HostKind or IPv4Kind or IPv6Kind => (first, LinkAddressKind.Plain),
            OnionKind => (first, LinkAddressKind.Onion),
            UdpFlag | IPv4Kind or UdpFlag | IPv6Kind => ((byte)(first ^ UdpFlag), LinkAddressKind.Udp),
            ViaFlag | IPv4Kind or ViaFlag | IPv6Kind => ((byte)(first ^ ViaFlag), LinkAddressKind.Via),
            _ => ((byte)0, LinkAddressKind.Plain),
        };
        switch (family)
        {
            case IPv4Kind or IPv6Kind:
                if (!reader.TryReadBytes(family == IPv4Kind ? 4 : 16, out var bytes))
                    return false;
                ip = new IPAddress(bytes);
                host = ip.ToString();
                break;
            case HostKind:
                if (!reader.TryReadByte(out var length) || !reader.TryReadBytes(length, out var name))
                    return false;
                host = Encoding.Latin1.GetString(name);
                if (!IsHostName(host) || IsDottedQuad(host) || host.Any(char.IsAsciiLetterUpper))
                    return false;
                break;
            case OnionKind:
                if (!reader.TryReadBytes(Ed25519PublicKey.Size, out var service))
                    return false;
                host = OnionName.Of(service).Text;
                break;
            default:
                return false;
        }

        if (!reader.TryReadUInt16(out var port) || port == 0)
            return false;
        var handle = "";
        if (kind == LinkAddressKind.Via)
        {
            if (!reader.TryReadBytes(HandleSize, out var called))
                return false;
            handle = Base64Url.EncodeToString(called);
        }

        address = new LinkAddress(ip, host, port, kind, handle);
        return true;
    }

    private static bool IsDottedQuad(string host) => host.All(c => char.IsAsciiDigit(c) || c == '.');

    private static bool IsHostName(string host)
    {
        if (host.Length is 0 or > MaxHostSize)
            return false;
        foreach (var label in host.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-' || !label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                return false;
        }

        return true;
    }
}
