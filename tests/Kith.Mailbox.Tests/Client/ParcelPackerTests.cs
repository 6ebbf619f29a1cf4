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
