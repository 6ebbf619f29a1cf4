using System.Buffers;
using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>What came of looking for a frame.</summary>
public enum FrameStatus
{
    /// <summary>A frame was taken.</summary>
    Taken,

    /// <summary>It has not come whole.</summary>
    More,

    /// <summary>It is none: the stream ends with <see cref="WireLimits.MalformedStream"/>.</summary>
    Malformed,

    /// <summary>It is longer than its type allows: the stream ends with <see cref="WireLimits.TooLongStream"/>.</summary>
    TooLong,
}

/// <summary>A frame out of a stream: type ‖ length ‖ body.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Body">Request number and the rest, a copy.</param>
public readonly record struct Frame(FrameType Type, ReadOnlyMemory<byte> Body)
{
    private const int MaxHeader = 1 + VarInt.MaxSize;

    /// <summary>Takes the next frame off the front of what came. The limit of its type is looked at as soon as its head is there, before anything is kept of it.</summary>
    public static FrameStatus TryTake(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        frame = default;
        Span<byte> head = stackalloc byte[(int)Math.Min(MaxHeader, buffer.Length)];
        buffer.Slice(0, head.Length).CopyTo(head);
        var reader = new WireReader(head);
        if (!reader.TryReadByte(out var type))
            return FrameStatus.More;
        var most = WireLimits.MaxBody((FrameType)type);
        if (most == 0)
            return FrameStatus.Malformed;
        if (!reader.TryReadVarInt(out var length))
            return FrameStatus.More;
        if (length > (ulong)most)
            return FrameStatus.TooLong;
        if (buffer.Length - reader.Consumed < (long)length)
            return FrameStatus.More;
        frame = new Frame((FrameType)type, buffer.Slice(reader.Consumed, (long)length).ToArray());
        buffer = buffer.Slice(reader.Consumed + (long)length);
        return FrameStatus.Taken;
    }

    /// <summary>Writes a frame's head.</summary>
    internal static void WriteHead(WireWriter writer, FrameType type, int length)
    {
        writer.WriteByte((byte)type);
        writer.WriteVarInt((ulong)length);
    }
}
