using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Kith.Wire;

/// <summary>
/// An IP address and a port, held by value in 18 bytes: what datagrams come from and go to. An IPv4 address is kept as its IPv4-mapped IPv6 form
/// (RFC 4291 section 2.5.5.2), so that both forms of one address are equal.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(ushort))]
public readonly record struct Endpoint
{
    /// <summary>Bytes of the compact form with an IPv4 address (BEP 5).</summary>
    public const int CompactSize4 = 6;

    /// <summary>Bytes of the compact form with an IPv6 address (BEP 32).</summary>
    public const int CompactSize6 = 18;

    private const ulong MappedMask = 0x0000_FFFF_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;

    private Endpoint(ulong high, ulong low, ushort port)
    {
        _high = high;
        _low = low;
        Port = port;
    }

    /// <summary>The port; 0 only in the default value and where a peer sent one.</summary>
    public ushort Port { get; }

    /// <summary>Whether the address is an IPv4 one.</summary>
    public bool IsIPv4 => _high == 0 && (_low & 0xFFFF_FFFF_0000_0000) == MappedMask;

    /// <summary>The address as four bytes in one number, most significant first; only where <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => (uint)_low;

    /// <summary>The first 64 bits of the IPv6 form.</summary>
    public ulong High => _high;

    /// <summary>The last 64 bits of the IPv6 form.</summary>
    public ulong Low => _low;

    /// <summary>The endpoint of an IPv4 address in one number.</summary>
    public static Endpoint FromIPv4(uint address, ushort port) => new(0, MappedMask | address, port);

    /// <summary>The endpoint of the 64-bit halves of an IPv6 address.</summary>
    public static Endpoint FromIPv6(ulong high, ulong low, ushort port) => new(high, low, port);

    /// <summary>The endpoint of an address of either family; a scope id is left out.</summary>
    public static Endpoint From(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var written);
        return written == 4
            ? FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port)
            : new Endpoint(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), (ushort)port);
    }

    /// <inheritdoc cref="From(IPAddress, int)"/>
    public static Endpoint From(IPEndPoint endPoint) => From(endPoint.Address, endPoint.Port);

    /// <summary>Reads <c>127.0.0.1:4711</c> or <c>[::1]:4711</c>; false for anything else, names too.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Endpoint endpoint)
    {
        endpoint = default;
        if (text.LastIndexOf(':') <= 0 || text.Contains('%') || !IPEndPoint.TryParse(text, out var parsed) || parsed.Port == 0)
            return false;
        if (parsed.AddressFamily == AddressFamily.InterNetworkV6 && text[0] != '[')
            return false;
        endpoint = From(parsed);
        return true;
    }

    /// <summary>Reads the compact form: address and port, big-endian, <see cref="CompactSize4"/> or <see cref="CompactSize6"/> bytes (BEP 5, BEP 32).</summary>
    public static bool TryReadCompact(ReadOnlySpan<byte> bytes, out Endpoint endpoint)
    {
        switch (bytes.Length)
        {
            case CompactSize4:
                endpoint = FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
                return true;
            case CompactSize6:
                endpoint = new Endpoint(
                    BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]));
                return true;
            default:
                endpoint = default;
                return false;
        }
    }

    /// <summary>Writes the compact form; returns its size.</summary>
    /// <param name="destination">At least <see cref="CompactSize6"/> bytes.</param>
    public int WriteCompact(Span<byte> destination)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, IPv4);
            BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Port);
            return CompactSize4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], Port);
        return CompactSize6;
    }

    /// <summary>The same address with another port.</summary>
    public Endpoint WithPort(ushort port) => new(_high, _low, port);

    /// <summary>Whether both have one address, whatever their ports.</summary>
    public bool SameAddress(Endpoint other) => _high == other._high && _low == other._low;

    /// <summary>The address, of the IPv4 family where it is one.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[CompactSize6];
        return new IPAddress(bytes[..(WriteCompact(bytes) - sizeof(ushort))]);
    }

    /// <summary>The BCL's form.</summary>
    public IPEndPoint ToIPEndPoint() => new(ToAddress(), Port);

    /// <summary><c>127.0.0.1:4711</c> or <c>[::1]:4711</c>.</summary>
    public override string ToString() => IsIPv4
        ? string.Create(CultureInfo.InvariantCulture, $"{ToAddress()}:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"[{ToAddress()}]:{Port}");
}
