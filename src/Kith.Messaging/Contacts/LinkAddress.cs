using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Where a device listens: an IP address or a host name, and a port. Text form: <c>192.0.2.1:7300</c>, <c>[2001:db8::1]:7300</c>, <c>name.example:7300</c>.</summary>
public sealed record LinkAddress
{
    /// <summary>Longest host name (RFC 1035 §2.3.4, without the trailing dot).</summary>
    public const int MaxHostSize = 253;

    /// <summary>Longest text form.</summary>
    public const int MaxTextSize = MaxHostSize + 8;

    private const byte HostKind = 1;
    private const byte IPv4Kind = 4;
    private const byte IPv6Kind = 6;

    private LinkAddress(IPAddress? ip, string host, ushort port)
    {
        Ip = ip;
        Host = host;
        Port = port;
    }

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
        if (text is null || text.Length > MaxTextSize)
            return false;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
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
    public override string ToString() => Ip?.AddressFamily == AddressFamily.InterNetworkV6
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    internal void Write(WireWriter writer)
    {
        if (Ip is null)
        {
            writer.WriteByte(HostKind);
            writer.WriteByte((byte)Host.Length);
            writer.WriteBytes(Encoding.ASCII.GetBytes(Host));
        }
        else
        {
            writer.WriteByte(Ip.AddressFamily == AddressFamily.InterNetwork ? IPv4Kind : IPv6Kind);
            writer.WriteBytes(Ip.GetAddressBytes());
        }

        writer.WriteUInt16(Port);
    }

    internal static bool TryRead(ref WireReader reader, out LinkAddress address)
    {
        address = null!;
        IPAddress? ip = null;
        var host = "";
        if (!reader.TryReadByte(out var kind))
            return false;
        switch (kind)
        {
            case IPv4Kind or IPv6Kind:
                if (!reader.TryReadBytes(kind == IPv4Kind ? 4 : 16, out var bytes))
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
            default:
                return false;
        }

        if (!reader.TryReadUInt16(out var port) || port == 0)
            return false;
        address = new LinkAddress(ip, host, port);
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
