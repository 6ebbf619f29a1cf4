using System.Buffers.Binary;

namespace Kith.Transport.Connections;

/// <summary>The first byte of a packet of the handshake; docs/protocol/udp.md, "Handshake packets".</summary>
internal enum LongPacketType : byte
{
    Initial = 0xc0,
    Response = 0xc1,
    Final = 0xc2,
    Cookie = 0xc3,
    Refusal = 0xc4,
}

/// <summary>The first message of a handshake. It fills its datagram: the two MACs stand at the end, zeroes between the Noise message and them.</summary>
internal readonly ref struct InitialPacket
{
    public const int MacSize = 16;

    public const int VersionAt = 1;

    private const int PatternAt = 2;
    private const int SourceAt = 3;
    private const int LengthAt = SourceAt + ConnectionLimits.IdSize;
    private const int MessageAt = LengthAt + sizeof(ushort);

    public byte Pattern { get; private init; }

    public ulong SourceId { get; private init; }

    public ReadOnlySpan<byte> Message { get; private init; }

    /// <summary>What the handshake's prologue takes from the clear: version, pattern and source id.</summary>
    public static ReadOnlySpan<byte> BoundPart(ReadOnlySpan<byte> packet) => packet[VersionAt..LengthAt];

    /// <summary>What the first MAC covers: header and message. The zeroes behind them are there to be long, and hashing them would be most of what a flood costs.</summary>
    public static ReadOnlySpan<byte> FirstCovered(ReadOnlySpan<byte> packet) =>
        packet[..Math.Min(MessageAt + BinaryPrimitives.ReadUInt16BigEndian(packet[LengthAt..]), packet.Length - (2 * MacSize))];

    public static Span<byte> FirstMac(Span<byte> packet) => packet.Slice(packet.Length - (2 * MacSize), MacSize);

    /// <summary>What the second MAC covers: the first one, and with it all that that does.</summary>
    public static ReadOnlySpan<byte> SecondCovered(ReadOnlySpan<byte> packet) => packet.Slice(packet.Length - (2 * MacSize), MacSize);

    public static Span<byte> SecondMac(Span<byte> packet) => packet[^MacSize..];

    /// <summary>Writes everything but the message and the MACs; returns where the message goes.</summary>
    public static int WriteHeader(Span<byte> packet, byte pattern, ulong sourceId, int messageSize)
    {
        packet[0] = (byte)LongPacketType.Initial;
        packet[VersionAt] = ConnectionLimits.Version;
        packet[PatternAt] = pattern;
        BinaryPrimitives.WriteUInt64BigEndian(packet[SourceAt..], sourceId);
        BinaryPrimitives.WriteUInt16BigEndian(packet[LengthAt..], (ushort)messageSize);
        return MessageAt;
    }

    /// <summary>The version, pattern and source id of something that is long enough to be an Initial of some version: these never move.</summary>
    public static bool TryReadInvariants(ReadOnlySpan<byte> packet, out byte version, out ulong sourceId)
    {
        var ok = packet.Length >= ConnectionLimits.MinInitialDatagram && packet[0] == (byte)LongPacketType.Initial;
        version = ok ? packet[VersionAt] : (byte)0;
        sourceId = ok ? BinaryPrimitives.ReadUInt64BigEndian(packet[SourceAt..]) : 0;
        return ok;
    }

    public static bool TryRead(ReadOnlySpan<byte> packet, out InitialPacket initial)
    {
        initial = default;
        if (!TryReadInvariants(packet, out var version, out var sourceId) || version != ConnectionLimits.Version)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(packet[LengthAt..]);
        // Nothing authenticates the zeroes: they have to be some.
        if (length > Handshake.HandshakeLimits.MaxMessage || packet[(MessageAt + length)..^(2 * MacSize)].ContainsAnyExcept((byte)0))
            return false;
        initial = new InitialPacket { Pattern = packet[PatternAt], SourceId = sourceId, Message = packet.Slice(MessageAt, length) };
        return true;
    }
}

/// <summary>The second message: type, the initiator's id, the responder's, length, Noise message.</summary>
internal readonly ref struct ResponsePacket
{
    private const int DestinationAt = 1;
    private const int SourceAt = DestinationAt + ConnectionLimits.IdSize;
    private const int LengthAt = SourceAt + ConnectionLimits.IdSize;

    public const int MessageAt = LengthAt + sizeof(ushort);

    public ulong SourceId { get; private init; }

    public ReadOnlySpan<byte> Message { get; private init; }

    public static void WriteHeader(Span<byte> packet, ulong destinationId, ulong sourceId, int messageSize)
    {
        packet[0] = (byte)LongPacketType.Response;
        BinaryPrimitives.WriteUInt64BigEndian(packet[DestinationAt..], destinationId);
        BinaryPrimitives.WriteUInt64BigEndian(packet[SourceAt..], sourceId);
        BinaryPrimitives.WriteUInt16BigEndian(packet[LengthAt..], (ushort)messageSize);
    }

    public static bool TryRead(ReadOnlySpan<byte> packet, out ResponsePacket response)
    {
        response = default;
        if (packet.Length < MessageAt || packet[0] != (byte)LongPacketType.Response)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(packet[LengthAt..]);
        if (length > Handshake.HandshakeLimits.MaxMessage || packet.Length != MessageAt + length)
            return false;
        response = new ResponsePacket { SourceId = BinaryPrimitives.ReadUInt64BigEndian(packet[SourceAt..]), Message = packet[MessageAt..] };
        return true;
    }
}

/// <summary>The third message of XX: type, the responder's id, length, Noise message. A packet with a short header follows in the same datagram.</summary>
internal static class FinalPacket
{
    public const int MessageAt = 1 + ConnectionLimits.IdSize + sizeof(ushort);

    private const int LengthAt = 1 + ConnectionLimits.IdSize;

    public static void WriteHeader(Span<byte> packet, ulong destinationId, int messageSize)
    {
        packet[0] = (byte)LongPacketType.Final;
        BinaryPrimitives.WriteUInt64BigEndian(packet[1..], destinationId);
        BinaryPrimitives.WriteUInt16BigEndian(packet[LengthAt..], (ushort)messageSize);
    }

    /// <summary>The message, and how many bytes the packet has of its datagram.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> message, out int size)
    {
        message = default;
        size = 0;
        if (datagram.Length < MessageAt || datagram[0] != (byte)LongPacketType.Final)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[LengthAt..]);
        if (length > Handshake.HandshakeLimits.MaxMessage || datagram.Length < MessageAt + length)
            return false;
        message = datagram.Slice(MessageAt, length);
        size = MessageAt + length;
        return true;
    }
}

/// <summary>Why a call is not taken, in the clear: type, version, code, the initiator's id. Never sent in a swarm.</summary>
internal static class RefusalPacket
{
    public const int Size = 3 + ConnectionLimits.IdSize;

    private const int VersionAt = 1;
    private const int CodeAt = 2;
    private const int DestinationAt = 3;

    public static int Write(Span<byte> destination, SessionErrorCode code, ulong destinationId)
    {
        destination[0] = (byte)LongPacketType.Refusal;
        destination[VersionAt] = ConnectionLimits.Version;
        destination[CodeAt] = (byte)code;
        BinaryPrimitives.WriteUInt64BigEndian(destination[DestinationAt..], destinationId);
        return Size;
    }

    public static bool TryRead(ReadOnlySpan<byte> packet, out SessionErrorCode code, out byte version)
    {
        var ok = packet.Length == Size && packet[0] == (byte)LongPacketType.Refusal;
        code = ok ? (SessionErrorCode)packet[CodeAt] : SessionErrorCode.None;
        version = ok ? packet[VersionAt] : (byte)0;
        return ok;
    }
}

/// <summary>Where a packet that somebody answers says whom it is for.</summary>
internal static class LongHeader
{
    /// <summary>The receiver's connection id; false for an Initial, which has none, and for what is no packet of the handshake.</summary>
    public static bool TryReadDestination(ReadOnlySpan<byte> packet, out ulong id)
    {
        id = 0;
        if (packet.Length < RefusalPacket.Size)
            return false;
        switch ((LongPacketType)packet[0])
        {
            case LongPacketType.Response or LongPacketType.Final or LongPacketType.Cookie:
                id = BinaryPrimitives.ReadUInt64BigEndian(packet[1..]);
                return true;
            case LongPacketType.Refusal:
                id = BinaryPrimitives.ReadUInt64BigEndian(packet[3..]);
                return true;
            default:
                return false;
        }
    }
}
