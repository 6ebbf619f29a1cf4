using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// Endpoints in and out of the system's own form of a socket address, without an allocation. The layout of sockaddr_in and sockaddr_in6 (RFC 3493 section 3.3)
/// is one on every system that .NET runs on, but for the first two bytes, which are the BCL's business.
/// </summary>
internal static class SocketAddresses
{
    private const int PortAt = 2;
    private const int AddressAt4 = 4;
    private const int FlowAt6 = 4;
    private const int AddressAt6 = 8;
    private const int ScopeAt6 = 24;
    private const int Size4 = 16;
    private const int Size6 = 28;

    /// <summary>The longest of them, bytes.</summary>
    public const int MaxSize = Size6;

    [ThreadStatic]
    private static SocketAddress? _four;

    [ThreadStatic]
    private static SocketAddress? _six;

    /// <summary>An endpoint as an address that this thread uses for all its sending: good until the next one.</summary>
    public static SocketAddress Shared(Endpoint endpoint)
    {
        var address = endpoint.IsIPv4 ? _four ??= Create(AddressFamily.InterNetwork) : _six ??= Create(AddressFamily.InterNetworkV6);
        Write(endpoint, address);
        return address;
    }

    /// <summary>An empty address of a family.</summary>
    public static SocketAddress Create(AddressFamily family) => new(family, family == AddressFamily.InterNetwork ? Size4 : Size6);

    /// <summary>The size of an endpoint as an address, bytes.</summary>
    public static int SizeOf(Endpoint endpoint) => endpoint.IsIPv4 ? Size4 : Size6;

    /// <summary>Reads an address that the system wrote.</summary>
    public static Endpoint Read(SocketAddress address) => Read(address.Buffer.Span, address.Family == AddressFamily.InterNetworkV6);

    /// <summary>Reads an address of a family from the system's bytes.</summary>
    public static Endpoint Read(ReadOnlySpan<byte> bytes, bool isIPv6)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortAt..]);
        return isIPv6
            ? Endpoint.FromIPv6(BinaryPrimitives.ReadUInt64BigEndian(bytes[AddressAt6..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[(AddressAt6 + 8)..]), port)
            : Endpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressAt4..]), port);
    }

    /// <summary>Writes an endpoint into an address of its own family.</summary>
    public static void Write(Endpoint endpoint, SocketAddress address)
    {
        var bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortAt..], endpoint.Port);
        if (endpoint.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[AddressAt4..], endpoint.IPv4);
            return;
        }

        bytes[FlowAt6..AddressAt6].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes[AddressAt6..], endpoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(AddressAt6 + 8)..], endpoint.Low);
        bytes[ScopeAt6..Size6].Clear();
    }
}
