using Kith.Wire;

namespace Kith.Storage.Export;

/// <summary>Reads items off the opened stream.</summary>
internal static class ExportReader
{
    /// <summary>Reads one item; false when there is none or it is not one.</summary>
    public static bool TryReadItem(ChunkReader chunks, out ExportItem? item)
    {
        item = null;
        if (!TryReadVarInt(chunks, out var kind) || !TryReadVarInt(chunks, out var size) || size > ExportItem.MaxSize)
            return false;
        // Room is taken as content comes, not as a length promises it.
        using var writer = new WireWriter();
        for (var left = (int)size; left > 0;)
        {
            var count = Math.Min(left, ChunkCipher.ChunkSize);
            if (!chunks.TryRead(writer.GetSpan(count)[..count]))
                return false;
            writer.Advance(count);
            left -= count;
        }
        return ExportItem.TryRead(kind, writer.ToArray(), out item);
    }

    private static bool TryReadVarInt(ChunkReader chunks, out ulong value)
    {
        value = 0;
        Span<byte> bytes = stackalloc byte[VarInt.MaxSize];
        if (!chunks.TryRead(bytes[..1]))
            return false;
        // RFC 9000 section 16: the two highest bits of the first byte tell the length.
        var size = 1 << (bytes[0] >> 6);
        return chunks.TryRead(bytes[1..size]) && VarInt.TryRead(bytes[..size], out value, out _);
    }
}
