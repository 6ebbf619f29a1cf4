using System.Buffers;

namespace Kith.Transport.Tests;

/// <summary>What tests do with streams.</summary>
internal static class StreamIo
{
    public static readonly StreamKind Kind = new(7);

    public static async Task WriteAsync(this IStream stream, ReadOnlyMemory<byte> bytes)
    {
        stream.Output.Write(bytes.Span);
        await stream.Output.FlushAsync();
    }

    /// <summary>Exactly this many bytes.</summary>
    public static async Task<byte[]> ReadExactlyAsync(this IStream stream, int count)
    {
        var result = await stream.Input.ReadAtLeastAsync(count);
        var bytes = result.Buffer.Slice(0, count).ToArray();
        stream.Input.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    /// <summary>Everything up to the end.</summary>
    public static async Task<byte[]> ReadToEndAsync(this IStream stream)
    {
        using var all = new MemoryStream();
        await stream.Input.CopyToAsync(all);
        return all.ToArray();
    }

    public static async Task<IStream> AcceptAsync(this ISession session)
    {
        await foreach (var stream in session.AcceptStreamsAsync())
            return stream;
        throw new InvalidOperationException("the session ended");
    }

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
