using Kith.Wire;

namespace Kith.Mailbox.Boxes;

/// <summary>What a chunk holds: an envelope, or a piece of one that no chunk takes.</summary>
/// <param name="Bytes">The envelope or the piece.</param>
/// <param name="PieceId">Of a piece: what all pieces of the envelope share.</param>
/// <param name="Index">Of a piece: which one, from 0.</param>
/// <param name="Count">Of a piece: how many there are, 1 to <see cref="MaxPieces"/>; 0 of a whole envelope.</param>
public readonly record struct ChunkItem(ReadOnlyMemory<byte> Bytes, Bits128 PieceId, byte Index, byte Count)
{
    /// <summary>Most pieces of one envelope (specification).</summary>
    public const int MaxPieces = 16;

    /// <summary>Bytes before a whole envelope.</summary>
    public const int EnvelopeHead = 1 + sizeof(uint);

    /// <summary>Bytes before a piece.</summary>
    public const int PieceHead = 1 + PieceIdSize + 2 + sizeof(uint);

    internal const byte EnvelopeTag = 1;
    internal const byte PieceTag = 2;
    internal const int PieceIdSize = 16;

    /// <summary>A whole envelope.</summary>
    public static ChunkItem Whole(ReadOnlyMemory<byte> envelope) => new(envelope, default, 0, 0);

    /// <summary>Whether it is a piece.</summary>
    public bool IsPiece => Count > 0;

    /// <summary>Bytes in a chunk.</summary>
    public int WireSize => (IsPiece ? PieceHead : EnvelopeHead) + Bytes.Length;
}

/// <summary>A chunk's items as bytes.</summary>
public static class ChunkItems
{
    /// <summary>Longest envelope (envelope.md).</summary>
    public const int MaxEnvelope = 131_072;

    /// <summary>Writes items one after the other.</summary>
    public static byte[] Write(IReadOnlyList<ChunkItem> items)
    {
        using var writer = new WireWriter();
        foreach (var item in items)
        {
            writer.WriteByte(item.IsPiece ? ChunkItem.PieceTag : ChunkItem.EnvelopeTag);
            if (item.IsPiece)
            {
                item.PieceId.CopyTo(writer.GetSpan(ChunkItem.PieceIdSize));
                writer.Advance(ChunkItem.PieceIdSize);
                writer.WriteByte(item.Index);
                writer.WriteByte(item.Count);
            }

            writer.WriteUInt32((uint)item.Bytes.Length);
            writer.WriteBytes(item.Bytes.Span);
        }

        return writer.ToArray();
    }

    /// <summary>Reads what <see cref="ChunkFormat.TryOpen"/> gave; false for what is no item, padding that is not zero, an empty or too long envelope, or a piece whose numbers cannot be.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> plaintext, out List<ChunkItem> items)
    {
        items = [];
        var reader = new WireReader(plaintext.Span);
        while (reader.TryReadByte(out var tag))
        {
            if (tag == 0)
                return reader.Remaining.IndexOfAnyExcept((byte)0) < 0;
            if (!TryReadItem(ref reader, tag, plaintext, out var item))
                return false;
            items.Add(item);
        }

        return true;
    }

    private static bool TryReadItem(ref WireReader reader, byte tag, ReadOnlyMemory<byte> plaintext, out ChunkItem item)
    {
        item = default;
        Bits128 id = default;
        byte index = 0, count = 0;
        if (tag == ChunkItem.PieceTag)
        {
            if (!reader.TryReadBytes(ChunkItem.PieceIdSize, out var idBytes) || !reader.TryReadByte(out index) || !reader.TryReadByte(out count)
                || count is 0 or > ChunkItem.MaxPieces || index >= count)
                return false;
            id = Bits128.Read(idBytes);
        }
        else if (tag != ChunkItem.EnvelopeTag)
        {
            return false;
        }

        if (!reader.TryReadUInt32(out var length) || length is 0 or > MaxEnvelope || !reader.TryReadBytes((int)length, out _))
            return false;
        item = new ChunkItem(plaintext.Slice(reader.Consumed - (int)length, (int)length), id, index, count);
        return true;
    }
}
