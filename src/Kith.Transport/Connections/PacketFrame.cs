using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// One frame of a packet, or a run of PADDING; docs/protocol/udp.md, "Frames". What sessions on every carrier have is in <see cref="Common"/>; the rest only makes sense
/// where packets get lost. Valid while the packet is.
/// </summary>
internal readonly ref struct PacketFrame
{
    public FrameType Type { get; private init; }

    /// <summary>The frame as ordered carriers have it too, where it is one of theirs.</summary>
    public Frame Common { get; private init; }

    /// <summary>The stream of STREAM.</summary>
    public ulong StreamId { get; private init; }

    /// <summary>The offset of STREAM; the sequence number of the two CONNECTION_ID frames; the data of the two PATH frames; the largest number of ACK.</summary>
    public ulong Value { get; private init; }

    /// <summary>The delay of ACK; "retire prior to" of NEW_CONNECTION_ID.</summary>
    public ulong Second { get; private init; }

    /// <summary>The id of NEW_CONNECTION_ID; the first range of ACK.</summary>
    public ulong Third { get; private init; }

    /// <summary>How many further ranges ACK has: pairs of gap and length in <see cref="Data"/>.</summary>
    public ulong Count { get; private init; }

    /// <summary>The token of NEW_CONNECTION_ID.</summary>
    public Bits128 Token { get; private init; }

    /// <summary>The bytes of STREAM; the further ranges of ACK.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    public bool IsFin => Type is FrameType.StreamAtFin or FrameType.StreamAtLengthFin;

    public static bool TryRead(ref WireReader reader, out PacketFrame frame)
    {
        frame = default;
        if (reader.IsAtEnd)
            return false;
        switch ((FrameType)reader.Remaining[0])
        {
            case FrameType.StreamAt or FrameType.StreamAtFin or FrameType.StreamAtLength or FrameType.StreamAtLengthFin:
                return TryReadStream(ref reader, out frame);
            case FrameType.Ack:
                return TryReadAck(ref reader, out frame);
            case FrameType.NewConnectionId:
                return TryReadNewId(ref reader, out frame);
            case FrameType.RetireConnectionId:
                return TryReadNumber(ref reader, isVarInt: true, out frame);
            case FrameType.PathChallenge or FrameType.PathResponse:
                return TryReadNumber(ref reader, isVarInt: false, out frame);
            case FrameType.Padding:
                // All that follow count as one: a packet that was filled up has hundreds.
                var run = reader.Remaining.IndexOfAnyExcept((byte)FrameType.Padding);
                frame = new PacketFrame { Type = FrameType.Padding };
                return reader.TryReadBytes(run < 0 ? reader.Remaining.Length : run, out _);
            case FrameType.Ping:
                frame = new PacketFrame { Type = FrameType.Ping };
                return reader.TryReadByte(out _);
            case FrameType.Pong or FrameType.Stream or FrameType.StreamFin:
                return false; // ordered carriers alone
            default:
                var ok = Frame.TryRead(ref reader, out var common);
                frame = new PacketFrame { Type = common.Type, Common = common };
                return ok;
        }
    }

    private static bool TryReadStream(ref WireReader reader, out PacketFrame frame)
    {
        ReadOnlySpan<byte> data = default;
        _ = reader.TryReadByte(out var type);
        var hasLength = (type & 0x02) != 0; // RFC 9000 section 19.8
        var ok = reader.TryReadVarInt(out var id) & reader.TryReadVarInt(out var offset);
        if (ok && hasLength)
            ok = reader.TryReadLengthPrefixed(ConnectionLimits.MaxDatagram, out data);
        else if (ok)
            ok = reader.TryReadBytes(reader.Remaining.Length, out data);
        frame = new PacketFrame { Type = (FrameType)type, StreamId = id, Value = offset, Data = data };
        return ok && offset <= VarInt.MaxValue - (ulong)data.Length;
    }

    private static bool TryReadAck(ref WireReader reader, out PacketFrame frame)
    {
        frame = default;
        _ = reader.TryReadByte(out _);
        if (!reader.TryReadVarInt(out var largest) || !reader.TryReadVarInt(out var delay) || !reader.TryReadVarInt(out var count)
            || !reader.TryReadVarInt(out var first) || first > largest)
        {
            return false;
        }

        // Each range is checked here, so whoever walks them later need not (RFC 9000 section 19.3.1).
        var start = reader.Remaining;
        var before = reader.Consumed;
        var smallest = largest - first;
        for (var i = 0UL; i < count; i++)
        {
            if (!reader.TryReadVarInt(out var gap) || !reader.TryReadVarInt(out var length) || smallest < gap + 2 || smallest - gap - 2 < length)
                return false;
            smallest -= gap + 2 + length;
        }

        frame = new PacketFrame
        {
            Type = FrameType.Ack,
            Value = largest,
            Second = delay,
            Third = first,
            Count = count,
            Data = start[..(reader.Consumed - before)],
        };
        return true;
    }

    private static bool TryReadNewId(ref WireReader reader, out PacketFrame frame)
    {
        ulong id = 0, high = 0, low = 0, retire = 0;
        _ = reader.TryReadByte(out _);
        var ok = reader.TryReadVarInt(out var sequence) && reader.TryReadVarInt(out retire) && reader.TryReadUInt64(out id)
            && reader.TryReadUInt64(out high) && reader.TryReadUInt64(out low) && retire <= sequence;
        frame = new PacketFrame { Type = FrameType.NewConnectionId, Value = sequence, Second = retire, Third = id, Token = new Bits128(high, low) };
        return ok;
    }

    private static bool TryReadNumber(ref WireReader reader, bool isVarInt, out PacketFrame frame)
    {
        _ = reader.TryReadByte(out var type);
        var ok = isVarInt ? reader.TryReadVarInt(out var value) : reader.TryReadUInt64(out value);
        frame = new PacketFrame { Type = (FrameType)type, Value = value };
        return ok;
    }
}
