using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.PortMapping;

/// <summary>PCP's datagrams for the MAP operation (RFC 6887 sections 7 and 11). No option is ever sent: THIRD_PARTY least of all.</summary>
internal static class PcpMessage
{
    /// <summary>Bytes of a mapping's nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>A MAP request, bytes.</summary>
    public const int Size = HeaderSize + MapSize;

    /// <summary>The longest datagram that is an answer (section 7).</summary>
    public const int MaxSize = 1100;

    /// <summary>The result that says that another version is spoken (section 7.4).</summary>
    public const int UnsupportedVersion = 1;

    private const int HeaderSize = 24;
    private const int MapSize = 36;
    private const byte Version = 2;
    private const byte Map = 1;
    private const byte Response = 0x80;
    private const byte Udp = 17;
    private const byte Tcp = 6;

    /// <summary>Writes a request; with a lifetime of 0 it deletes (section 15.1).</summary>
    public static byte[] AskMapping(IPAddress client, ReadOnlySpan<byte> nonce, bool isUdp, ushort inner, IPEndPoint suggested, uint seconds)
    {
        var request = new byte[Size];
        request[0] = Version;
        request[1] = Map;
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(4), seconds);
        Write(client, request.AsSpan(8));
        var map = request.AsSpan(HeaderSize);
        nonce.CopyTo(map);
        map[12] = isUdp ? Udp : Tcp;
        BinaryPrimitives.WriteUInt16BigEndian(map[16..], inner);
        BinaryPrimitives.WriteUInt16BigEndian(map[18..], (ushort)suggested.Port);
        Write(suggested.Address, map[20..]);
        return request;
    }

    /// <summary>Reads the answer; false when it is none to this request (section 8.3, 11.4): another nonce, protocol or inner port.</summary>
    /// <param name="answer">The datagram.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="result">0 for success; else why not (section 7.4).</param>
    /// <param name="epoch">Since when the router remembers.</param>
    /// <param name="seconds">For how long it is granted, or refused.</param>
    /// <param name="external">The outer endpoint; null when it is refused.</param>
    public static bool TryRead(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> request, out int result, out uint epoch, out uint seconds, out IPEndPoint? external)
    {
        (result, epoch, seconds, external) = (0, 0, 0, null);
        // A router that speaks NAT-PMP alone says so in its own form (RFC 6887 appendix A).
        if (answer.Length >= 4 && answer[0] == 0 && (answer[1] & Response) != 0)
        {
            result = UnsupportedVersion;
            return true;
        }

        if (answer.Length is < HeaderSize or > MaxSize || answer.Length % 4 != 0 || answer[0] != Version || answer[1] != (Response | Map))
            return false;
        result = answer[3];
        seconds = BinaryPrimitives.ReadUInt32BigEndian(answer[4..]);
        epoch = BinaryPrimitives.ReadUInt32BigEndian(answer[8..]);
        if (answer.Length < Size)
            return result != 0;
        var map = answer[HeaderSize..];
        var asked = request[HeaderSize..];
        if (!map[..NonceSize].SequenceEqual(asked[..NonceSize]) || map[12] != asked[12] || !map[16..18].SequenceEqual(asked[16..18]))
            return false;
        if (result == 0)
            external = new IPEndPoint(Read(map[20..36]), BinaryPrimitives.ReadUInt16BigEndian(map[18..]));
        return true;
    }

    // IPv4 addresses are written as mapped ones (section 5).
    private static void Write(IPAddress address, Span<byte> destination) => address.MapToIPv6().TryWriteBytes(destination, out _);

    private static IPAddress Read(ReadOnlySpan<byte> bytes)
    {
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
