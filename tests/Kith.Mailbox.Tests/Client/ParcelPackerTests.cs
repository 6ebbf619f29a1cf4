using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

public sealed class ParcelPackerTests
{
    [Theory]
    [InlineData(1, 512, 1)]
    [InlineData(31, 512, 1)]
    [InlineData(32, 512, 2)]
    [InlineData(1, 8192, 1)]
    [InlineData(1, 16384, 2)]
    [InlineData(1, 131_072, 9)]
    public void Parcels_TakeAsFewChunksAsHoldThem(int count, int size, int chunks)
    {
        var packed = ParcelPacker.Pack(Parcels(count, size), SystemRandom.Instance, out var taken);
        Assert.Equal((count, chunks), (taken, packed.Count));
    }

    [Theory]
    [InlineData(5000, 512)]
    [InlineData(100, 16384)]
    [InlineData(50, 131_072)]
    [InlineData(200, 8192)]
    public void WhatWaits_IsTakenAsFarAsOnePutTakesIt(int count, int size)
    {
        var packed = ParcelPacker.Pack(Parcels(count, size), SystemRandom.Instance, out var taken);
        Assert.InRange(taken, 1, count - 1);
        Assert.InRange(packed.Count, 50, WireLimits.MaxPut);
        Assert.True(packed.Sum(chunk => BoxEntry.WireSize + ChunkFormat.SizeFor(chunk.Items.Sum(item => item.WireSize))) <= WireLimits.MaxPutBytes);
        Assert.Equal(taken, packed.SelectMany(chunk => chunk.Parcels).Distinct().Count());
    }

    [Fact]
    public void LargeAmongSmall_BeginsInWhatIsLeft()
    {
        var packed = ParcelPacker.Pack([.. Parcels(3, 512), .. Parcels(1, 20_000), .. Parcels(1, 512)], SystemRandom.Instance, out var taken);
        Assert.Equal((5, 2), (taken, packed.Count));
        Assert.Equal([3, 1], [packed[0].Items.Count(item => !item.IsPiece), packed[1].Items.Count(item => item.IsPiece)]);
    }

    private static List<Parcel> Parcels(int count, int size) =>
        [.. Enumerable.Range(0, count).Select(_ => new Parcel(MessageId.FromBytes(SystemRandom.Instance.NextBytes(16)), new byte[size]))];
}

public sealed class PieceBookTests
{
    private readonly PieceBook _book = new();
    private readonly KnownChunk _chunk;

    public PieceBookTests() => _chunk = new KnownChunk(new ReadBox(new ReaderRow(Rows.Readable(), isDummy: false), Rows.Keys()), ChunkHash.Of([1]), 1024);

    [Fact]
    public void PiecesInAnyOrder_MakeTheEnvelope()
    {
        Assert.Equal(PieceFate.Kept, Add(7, 2, 3, [5]));
        Assert.Equal(PieceFate.Kept, Add(7, 0, 3, [1, 2]));
        Assert.Equal(PieceFate.Kept, Add(7, 0, 3, [1, 2]));
        Assert.Equal(PieceFate.Whole, _book.Add(_chunk, new ChunkItem(new byte[] { 3 }, 7, 1, 3), out var envelope, out var chunks));
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
            Assert.Equal(PieceFate.Kept, Add((UInt128)i, 0, 2, [1]));
        Assert.Equal(PieceFate.TooMany, Add(1000, 0, 2, [1]));
        Assert.Equal(PieceFate.Whole, Add(3, 1, 2, [1]));
        Assert.Equal(PieceFate.Kept, Add(1000, 0, 2, [1]));
    }

    private PieceFate Add(UInt128 id, byte index, byte count, byte[] bytes) => _book.Add(_chunk, new ChunkItem(bytes, id, index, count), out _, out _);
}
