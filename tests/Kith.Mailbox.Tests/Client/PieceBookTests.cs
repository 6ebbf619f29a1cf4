using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Tests.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

public sealed class PieceBookTests
{
    private readonly PieceBook _book = new();
    private readonly KnownChunk _chunk;

    public PieceBookTests() => _chunk = new KnownChunk(new ReadBox(new ReaderRow(Rows.Readable(), isDummy: false), Rows.Keys()), ChunkHash.Of([1]), 1024);

    [Fact]
    public void ChunkFetchedAgain_StandsOnceForItsPiece()
    {
        var second = new KnownChunk(_chunk.Box, ChunkHash.Of([2]), 1024);
        Assert.Equal(PieceFate.Kept, Add(7, 0, 2, [0]));
        Assert.Equal(PieceFate.Kept, Add(7, 0, 2, [0]));
        Assert.Equal(PieceFate.Whole, _book.Add(second, new ChunkItem(new byte[] { 1 }, new Bits128(0, 7), 1, 2), out var envelope, out var chunks));
        Assert.Equal([0, 1], envelope);
        Assert.Equal([_chunk, second], chunks);
    }

    [Fact]
    public void PiecesInAnyOrder_MakeTheEnvelope()
    {
        Assert.Equal(PieceFate.Kept, Add(7, 2, 3, [5]));
        Assert.Equal(PieceFate.Kept, Add(7, 0, 3, [1, 2]));
        Assert.Equal(PieceFate.Kept, Add(7, 0, 3, [1, 2]));
        Assert.Equal(PieceFate.Whole, _book.Add(_chunk, new ChunkItem(new byte[] { 3 }, new Bits128(0, 7), 1, 3), out var envelope, out var chunks));
        Assert.Equal([1, 2, 3, 5], envelope);
        Assert.NotEmpty(chunks);
    }

    [Fact]
    public void PieceOfAnotherCount_IsRefused()
    {
        Assert.Equal(PieceFate.Kept, Add(7, 0, 3, [1]));
        Assert.Equal(PieceFate.Refused, Add(7, 1, 2, [1]));
    }

    [Fact]
    public void TooLongAnEnvelope_IsRefused()
    {
        for (byte i = 0; i < 8; i++)
            Assert.Equal(PieceFate.Kept, Add(7, i, 16, new byte[16_000]));
        Assert.Equal(PieceFate.Refused, Add(7, 9, 16, new byte[16_000]));
    }

    [Fact]
    public void SixtyFiveUnfinished_AreTooMany()
    {
        for (var i = 0; i < ClientLimits.Unfinished; i++)
            Assert.Equal(PieceFate.Kept, Add((ulong)i, 0, 2, [1]));
        Assert.Equal(PieceFate.TooMany, Add(1000, 0, 2, [1]));
        Assert.Equal(PieceFate.Whole, Add(3, 1, 2, [1]));
        Assert.Equal(PieceFate.Kept, Add(1000, 0, 2, [1]));
    }

    private PieceFate Add(ulong id, byte index, byte count, byte[] bytes) => _book.Add(_chunk, new ChunkItem(bytes, new Bits128(0, id), index, count), out _, out _);
}
