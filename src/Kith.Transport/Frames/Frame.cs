using Kith.Wire;

namespace Kith.Transport.Frames;

/// <summary>One frame as read from a record; which fields mean something depends on <see cref="Type"/>. Valid while the record is.</summary>
internal readonly ref struct Frame
{
    public FrameType Type { get; private init; }

    /// <summary>The stream, where the frame names one.</summary>
    public ulong StreamId { get; private init; }

    /// <summary>The opaque number of PING and PONG, the limit of MAX_*, the kind of OPEN_STREAM, the final size of RESET_STREAM.</summary>
    public ulong Value { get; private init; }

    /// <summary>The code of RESET_STREAM, STOP_SENDING and CLOSE.</summary>
    public ulong Code { get; private init; }

    /// <summary>The bytes of STREAM and DATAGRAM, the reason of CLOSE.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    /// <summary>Reads the next frame; false when there is none that can be read.</summary>
    public static bool TryRead(ref WireReader reader, out Frame frame)
    {
        frame = default;
        if (!reader.TryReadByte(out var type))
            return false;
        var kind = (FrameType)type;
        return kind switch
        {
            FrameType.Padding => true,
            FrameType.Ping or FrameType.Pong => TryReadProbe(ref reader, kind, out frame),
            FrameType.ResetStream or FrameType.StopSending => TryReadAbort(ref reader, kind, out frame),
            FrameType.OpenStream => TryReadOpen(ref reader, out frame),
            FrameType.Stream or FrameType.StreamFin => TryReadStream(ref reader, kind, out frame),
            FrameType.MaxData or FrameType.MaxStreams or FrameType.MaxStreamData => TryReadLimit(ref reader, kind, out frame),
            FrameType.Close => TryReadClose(ref reader, out frame),
            FrameType.Datagram => TryReadDatagram(ref reader, out frame),
            _ => false,
        };
    }

    private static bool TryReadProbe(ref WireReader reader, FrameType type, out Frame frame)
    {
        var ok = reader.TryReadUInt64(out var value);
        frame = new Frame { Type = type, Value = value };
        return ok;
    }

    private static bool TryReadAbort(ref WireReader reader, FrameType type, out Frame frame)
    {
        ulong finalSize = 0, code = 0;
        var ok = reader.TryReadVarInt(out var id) && reader.TryReadVarInt(out code)
            && (type == FrameType.StopSending || reader.TryReadVarInt(out finalSize));
        frame = new Frame { Type = type, StreamId = id, Code = code, Value = finalSize };
        return ok;
    }

    private static bool TryReadOpen(ref WireReader reader, out Frame frame)
    {
        ulong kind = 0;
        var ok = reader.TryReadVarInt(out var id) && reader.TryReadVarInt(ushort.MaxValue, out kind);
        frame = new Frame { Type = FrameType.OpenStream, StreamId = id, Value = kind };
        return ok;
    }

    private static bool TryReadStream(ref WireReader reader, FrameType type, out Frame frame)
    {
        ReadOnlySpan<byte> data = default;
        var ok = reader.TryReadVarInt(out var id) && reader.TryReadLengthPrefixed(SessionLimits.MaxRecordPlaintext, out data);
        frame = new Frame { Type = type, StreamId = id, Data = data };
        return ok;
    }

    private static bool TryReadLimit(ref WireReader reader, FrameType type, out Frame frame)
    {
        ulong id = 0, value = 0;
        var ok = (type != FrameType.MaxStreamData || reader.TryReadVarInt(out id)) && reader.TryReadVarInt(out value);
        frame = new Frame { Type = type, StreamId = id, Value = value };
        return ok;
    }

    private static bool TryReadClose(ref WireReader reader, out Frame frame)
    {
        ReadOnlySpan<byte> reason = default;
        var ok = reader.TryReadVarInt(uint.MaxValue, out var code) && reader.TryReadLengthPrefixed(SessionLimits.MaxCloseReason, out reason);
        frame = new Frame { Type = FrameType.Close, Code = code, Data = reason };
        return ok;
    }

    private static bool TryReadDatagram(ref WireReader reader, out Frame frame)
    {
        var ok = reader.TryReadLengthPrefixed(SessionLimits.MaxDatagramSize, out var data);
        frame = new Frame { Type = FrameType.Datagram, Data = data };
        return ok;
    }
}
