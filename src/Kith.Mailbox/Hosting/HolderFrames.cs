using System.Buffers;
using System.Buffers.Binary;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>The frames of a stream to a holder (docs/protocol/mailbox.md, "Frames"): type ‖ length ‖ body, and a body begins with the request's number.</summary>
internal static class HolderFrames
{
    /// <summary>The longest body of any frame (specification).</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>The longest body of a HELLO, DELETE or AUDIT (specification).</summary>
    public const int MaxSmallBody = 64 << 10;

    /// <summary>Bytes of the request number.</summary>
    public const int NumberSize = sizeof(ulong);

    /// <summary>HELLO.</summary>
    public const ulong Hello = 1;

    /// <summary>WELCOME.</summary>
    public const ulong Welcome = 2;

    private const ulong Delete = 7;
    private const ulong Audit = 9;
    private const int MaxHeader = 2 * VarInt.MaxSize;

    /// <summary>Writes a frame.</summary>
    public static void Write(IBufferWriter<byte> output, ulong type, ulong number, ReadOnlySpan<byte> rest)
    {
        var size = (ulong)(NumberSize + rest.Length);
        var span = output.GetSpan(VarInt.SizeOf(type) + VarInt.SizeOf(size) + NumberSize);
        var at = VarInt.Write(span, type);
        at += VarInt.Write(span[at..], size);
        BinaryPrimitives.WriteUInt64BigEndian(span[at..], number);
        output.Advance(at + NumberSize);
        output.Write(rest);
    }

    /// <summary>Takes a frame from the front; says what is wrong with it when it cannot be one.</summary>
    public static FrameState TryRead(ref ReadOnlySequence<byte> input, out ulong type, out ReadOnlySequence<byte> body)
    {
        type = 0;
        body = default;
        Span<byte> header = stackalloc byte[MaxHeader];
        var have = (int)Math.Min(input.Length, header.Length);
        input.Slice(0, have).CopyTo(header);
        if (!VarInt.TryRead(header[..have], out type, out var first) || !VarInt.TryRead(header[first..have], out var length, out var second))
            return FrameState.Incomplete;
        if (length > (type is Hello or Delete or Audit ? MaxSmallBody : (ulong)MaxBody))
            return FrameState.TooLong;
        if (length < NumberSize)
            return FrameState.Malformed;
        if ((ulong)input.Length < (ulong)(first + second) + length)
            return FrameState.Incomplete;
        body = input.Slice(first + second, (long)length);
        input = input.Slice(body.End);
        return FrameState.Frame;
    }

    /// <summary>The request number of a body.</summary>
    public static ulong NumberOf(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadUInt64BigEndian(body);
}

/// <summary>What is at the front of a stream.</summary>
internal enum FrameState
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>The beginning of one.</summary>
    Incomplete,

    /// <summary>One with more bytes than its type may have.</summary>
    TooLong,

    /// <summary>Something else.</summary>
    Malformed,
}
