using System.Buffers.Binary;
using System.Net;

namespace Kith.Transport.PortMapping;

/// <summary>NAT-PMP's datagrams (RFC 6886 section 3).</summary>
internal static class NatPmpMessage
{
    /// <summary>The port of a gateway that answers, of PCP too.</summary>
    public const int Port = 5351;

    /// <summary>A request for the outer address, bytes.</summary>
    public const int AddressRequestSize = 2;

    /// <summary>A request for a mapping, bytes.</summary>
    public const int MapRequestSize = 12;

    private const int AddressResponseSize = 12;
    private const int MapResponseSize = 16;
    private const byte Response = 128;

    /// <summary>Writes a request for the outer address (section 3.2).</summary>
    public static byte[] AskAddress() => new byte[AddressRequestSize];

    /// <summary>Writes a request for a mapping (section 3.3); with a lifetime of 0 it deletes it (section 3.4).</summary>
    public static byte[] AskMapping(bool isUdp, ushort inner, ushort outer, uint seconds)
    {
        var request = new byte[MapRequestSize];
        request[1] = Operation(isUdp);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(4), inner);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), outer);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(8), seconds);
        return request;
    }

    /// <summary>Reads the answer to <see cref="AskAddress"/>; false when it is none.</summary>
    public static bool TryReadAddress(ReadOnlySpan<byte> answer, out int result, out uint epoch, out IPAddress address)
    {
        address = IPAddress.None;
        if (!TryReadHeader(answer, Response, AddressResponseSize, out result, out epoch))
            return false;
        if (result == 0)
            address = new IPAddress(answer[8..AddressResponseSize]);
        return true;
    }

    /// <summary>Reads the answer to <see cref="AskMapping"/>; false when it is none, or of another port or protocol.</summary>
    public static bool TryReadMapping(ReadOnlySpan<byte> answer, bool isUdp, ushort inner, out int result, out uint epoch, out ushort outer, out uint seconds)
    {
        (outer, seconds) = (0, 0);
        if (!TryReadHeader(answer, (byte)(Response + Operation(isUdp)), MapResponseSize, out result, out epoch))
            return false;
        if (result != 0)
            return true;
        outer = BinaryPrimitives.ReadUInt16BigEndian(answer[10..]);
        seconds = BinaryPrimitives.ReadUInt32BigEndian(answer[12..]);
        return BinaryPrimitives.ReadUInt16BigEndian(answer[8..]) == inner;
    }

    private static byte Operation(bool isUdp) => isUdp ? (byte)1 : (byte)2;

    // A refusal may be as short as its header (section 3.5).
    private static bool TryReadHeader(ReadOnlySpan<byte> answer, byte operation, int size, out int result, out uint epoch)
    {
        (result, epoch) = (0, 0);
        const int HeaderSize = 8;
        if (answer.Length < HeaderSize || answer[0] != 0 || answer[1] != operation)
            return false;
        result = BinaryPrimitives.ReadUInt16BigEndian(answer[2..]);
        epoch = BinaryPrimitives.ReadUInt32BigEndian(answer[4..]);
        return result != 0 || answer.Length == size;
    }
}
