using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Kith.Lab.Tests.Capture;

/// <summary>One packet of IP, as far as the tests look at it.</summary>
/// <param name="Protocol">What is in it.</param>
/// <param name="From">Whom it is from; port 0 where the protocol has none.</param>
/// <param name="To">Whom it is to.</param>
/// <param name="Payload">What UDP or TCP carry; of other protocols all that follows the header of IP.</param>
internal sealed record CapturedPacket(ProtocolType Protocol, IPEndPoint From, IPEndPoint To, byte[] Payload)
{
    private const int UdpHeader = 8;
    private const int IcmpHeader = 8;
    private const int LeastTcpHeader = 20;
    private const int IPv6Header = 40;

    /// <summary>One of the overlay's datagrams: a bencoded dictionary (docs/protocol/dht.md, walker.md). Those of sessions begin otherwise (udp.md).</summary>
    public bool IsOverlay => Protocol == ProtocolType.Udp && Payload is [(byte)'d', .., (byte)'e'];

    /// <summary>The packet whose beginning is given back to its sender, since nobody takes it (RFC 792, destination unreachable: its header of IP and what follows, behind eight bytes); null where this is none.</summary>
    public CapturedPacket? Refused => Protocol == ProtocolType.Icmp && Payload is [3, ..] && Payload.Length > IcmpHeader && TryRead(Payload.AsSpan(IcmpHeader), out var refused) ? refused : null;

    /// <summary>One of the overlay's, or the beginning of one that is given back.</summary>
    public bool IsOfOverlay => IsOverlay || Refused is { Protocol: ProtocolType.Udp, Payload: [(byte)'d', >= (byte)'0' and <= (byte)'9', ..] };

    /// <summary>What it says beyond the addresses that it goes between, or that what is given back went between.</summary>
    public byte[] Content => Refused?.Payload ?? Payload;

    /// <summary>A session's packet with a short header: all but its handshake (udp.md, "Packets").</summary>
    public bool IsShortHeader => Protocol == ProtocolType.Udp && Payload is [>= 0x40 and <= 0x5f, ..];

    /// <summary>Begins a session with a node whose key the caller knows, and wants (Noise IK; udp.md, "Packets"): so people call each other. Strangers are called by whoever answers (XX).</summary>
    public bool IsCallByKey => Protocol == ProtocolType.Udp && Payload is [0xc0, 0x01, 0x02, ..];

    /// <summary>Whether it goes between two addresses, either way.</summary>
    public bool IsBetween(IPAddress one, IPAddress other) => (From.Address.Equals(one) && To.Address.Equals(other)) || (From.Address.Equals(other) && To.Address.Equals(one));

    /// <summary>Reads a packet of either family; false for what is not IP, or cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CapturedPacket packet)
    {
        packet = null!;
        if (bytes.Length >= 20 && bytes[0] >> 4 == 4)
        {
            var header = (bytes[0] & 0x0f) * 4;
            var length = Math.Min(bytes.Length, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
            return length >= header && TryRead((ProtocolType)bytes[9], new IPAddress(bytes[12..16]), new IPAddress(bytes[16..20]), bytes[header..length], out packet);
        }

        return bytes.Length >= IPv6Header && bytes[0] >> 4 == 6
            && TryRead((ProtocolType)bytes[6], new IPAddress(bytes[8..24]), new IPAddress(bytes[24..40]), bytes[IPv6Header..], out packet);
    }

    private static bool TryRead(ProtocolType protocol, IPAddress from, IPAddress to, ReadOnlySpan<byte> rest, out CapturedPacket packet)
    {
        packet = null!;
        if (protocol is not (ProtocolType.Udp or ProtocolType.Tcp))
        {
            packet = new CapturedPacket(protocol, new IPEndPoint(from, 0), new IPEndPoint(to, 0), rest.ToArray());
            return true;
        }

        if (rest.Length < (protocol == ProtocolType.Udp ? UdpHeader : LeastTcpHeader))
            return false;
        var header = protocol == ProtocolType.Udp ? UdpHeader : (rest[12] >> 4) * 4;
        if (rest.Length < header)
            return false;
        packet = new CapturedPacket(protocol, new IPEndPoint(from, BinaryPrimitives.ReadUInt16BigEndian(rest)), new IPEndPoint(to, BinaryPrimitives.ReadUInt16BigEndian(rest[2..])), rest[header..].ToArray());
        return true;
    }
}
