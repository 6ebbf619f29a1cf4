using System.Buffers;
using Kith.Wire;

namespace Kith.Delivery.Routes.Frames;

/// <summary>What came of looking for a frame.</summary>
internal enum FrameResult
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>Not all of it is here.</summary>
    Incomplete,

    /// <summary>It says that it is longer than it may be.</summary>
    TooLarge,

    /// <summary>It cannot be read.</summary>
    Malformed,
}

/// <summary>Reads peer frames: type ‖ length ‖ body, the first two variable-length integers (RFC 9000 section 16). Bounded by the limit of the type, before the body is waited for.</summary>
internal static class PeerFrameReader
{
    private const int MaxHeader = 2 * VarInt.MaxSize;

    /// <summary>Reads one frame from the front; <paramref name="rest"/> begins after it. Nothing moves unless there is a whole one.</summary>
    public static FrameResult Read(ReadOnlySequence<byte> source, out PeerFrameType type, out ReadOnlySequence<byte> body, out ReadOnlySequence<byte> rest)
    {
        type = default;
        body = default;
        rest = source;
        Span<byte> copy = stackalloc byte[MaxHeader];
        scoped ReadOnlySpan<byte> header = source.FirstSpan;
        if (header.Length < MaxHeader && !source.IsSingleSegment)
        {
            var front = source.Slice(0, Math.Min(MaxHeader, source.Length));
            front.CopyTo(copy);
            header = copy[..(int)front.Length];
        }

        var reader = new WireReader(header);
        if (!reader.TryReadVarInt(out var number) || !reader.TryReadVarInt(out var length))
            return FrameResult.Incomplete; // at most MaxHeader bytes are ever missing
        type = (PeerFrameType)number;
        if (length > (ulong)Limit(type))
            return FrameResult.TooLarge;
        if (length == 0 && IsKnown(type))
            return FrameResult.Malformed;
        if ((ulong)(source.Length - reader.Consumed) < length)
            return FrameResult.Incomplete;
        body = source.Slice(reader.Consumed, (long)length);
        rest = source.Slice(body.End);
        return FrameResult.Frame;
    }

    public static bool IsKnown(PeerFrameType type) => type is PeerFrameType.Envelope or PeerFrameType.BundleRequest or PeerFrameType.Bundle;

    public static int Limit(PeerFrameType type) => type switch
    {
        PeerFrameType.Envelope => PeerProtocol.MaxEnvelope,
        PeerFrameType.BundleRequest or PeerFrameType.Bundle => PeerProtocol.MaxBundle,
        _ => PeerProtocol.MaxUnknown,
    };
}
