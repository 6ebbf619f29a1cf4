using System.Buffers;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>Frames padded to one of few lengths, so that what is passed on tells little by its size (docs/protocol/mailbox.md, "Passing on").</summary>
internal static class PassPadding
{
    /// <summary>The shortest: a READ, a PUT of one small chunk and what is answered to them are all this long.</summary>
    public const int Shortest = 1536;

    /// <summary>The longest: it holds every frame.</summary>
    public const int Longest = WireLimits.MaxFrame + (2 << 10);

    /// <summary>An answer is at least as long as the request, as far as this: its length must not tell how many there are behind whoever passes it back.</summary>
    public const int LongestLeast = 8192;

    private const int LongestRaised = 64 << 10;

    /// <summary>The least length that holds so many bytes: 1.5 times or twice a power of two, from <see cref="Shortest"/> on.</summary>
    public static int SizeFor(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Longest);
        var size = Shortest;
        while (size < bytes)
            size = Next(size);
        return size;
    }

    /// <summary>A length some steps above another one, as long as that leaves room for all layers around it.</summary>
    public static int Raise(int size, int steps)
    {
        for (; steps > 0 && size < LongestRaised; steps--)
            size = Next(size);
        return size;
    }

    private static int Next(int size) => size >= WireLimits.MaxFrame ? Longest : int.IsPow2(size) ? size / 2 * 3 : size / 3 * 4;

    /// <summary>Takes the frame out; false when it is none, or the padding is not what it must be.</summary>
    public static bool TryTake(ReadOnlyMemory<byte> padded, out Frame frame)
    {
        var rest = new ReadOnlySequence<byte>(padded);
        if (Frame.TryTake(ref rest, out frame) != FrameStatus.Taken)
            return false;
        var length = padded.Length - (int)rest.Length;
        return SizeFor(padded.Length) == padded.Length && !padded.Span[length..].ContainsAnyExcept((byte)0);
    }
}
