using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Boxes;

public sealed class ChunkFormatTests
{
    private static readonly byte[] Envelope = SystemRandom.Instance.NextBytes(512);
    private readonly BoxKeys _keys = Rows.Keys();

    [Theory]
    [InlineData(512, 1024)]
    [InlineData(1024, 2048)]
    [InlineData(8192, 16384)]
    public void SealedChunk_OpensAndHasAKnownSize(int envelope, int size)
    {
        var bytes = SystemRandom.Instance.NextBytes(envelope);
        var chunk = ChunkFormat.Seal(_keys, 77, ChunkItems.Write([ChunkItem.Whole(bytes)]), SystemRandom.Instance);
        Assert.Equal(size, chunk.Length);
        Assert.True(ChunkFormat.TryOpen(_keys, chunk, out var number, out var plaintext));
        Assert.Equal(77, number);
        Assert.True(ChunkItems.TryRead(plaintext, out var items));
        Assert.Equal(bytes, Assert.Single(items).Bytes.ToArray());
    }

    [Fact]
    public void ChunkChangedAnywhere_IsRefused()
    {
        var chunk = Rows.Chunk(_keys);
        foreach (var at in new[] { 0, 23, 24, 500, chunk.Length - 1 })
        {
            var changed = (byte[])chunk.Clone();
            changed[at] ^= 0x80;
            Assert.False(ChunkFormat.TryOpen(_keys, changed, out _, out _));
        }
    }

    [Fact]
    public void ChunkOfAnotherBox_IsRefused()
    {
        using var next = Rows.Keys(index: 1);
        Assert.False(ChunkFormat.TryOpen(next, Rows.Chunk(_keys), out _, out _));
        // The key alone is not enough: the address is sealed with it.
        using var priced = BoxKeys.ForReader(Rows.Readable() with { Price = 3 }, _keys.Index);
        Assert.Equal(_keys.ChunkKey, priced.ChunkKey);
        Assert.False(ChunkFormat.TryOpen(priced, Rows.Chunk(_keys), out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1023)]
    [InlineData(1536)]
    [InlineData(32768)]
    public void ChunkOfAnotherSize_IsRefused(int size)
    {
        Assert.False(ChunkFormat.IsSize(size));
        Assert.False(ChunkFormat.TryOpen(_keys, new byte[size], out _, out _));
    }

    [Fact]
    public void PaddingThatIsNotZero_IsRefused()
    {
        byte[] honest = [.. ChunkItems.Write([ChunkItem.Whole(Envelope)]), .. new byte[40]];
        Assert.True(ChunkItems.TryRead(honest, out _));
        honest[^1] = 1;
        Assert.False(ChunkItems.TryRead(honest, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 17)]
    [InlineData(3, 3)]
    [InlineData(255, 16)]
    public void PieceWhoseNumbersCannotBe_IsRefused(byte index, byte count)
    {
        var bytes = ChunkItems.Write([new ChunkItem(Envelope, new Bits128(0, 5), 0, 1)]);
        Assert.True(ChunkItems.TryRead(bytes, out _));
        bytes[17] = index;
        bytes[18] = count;
        Assert.False(ChunkItems.TryRead(bytes, out _));
    }

    [Fact]
    public void ItemsThatAreCutEmptyOrUnknown_AreRefused()
    {
        var bytes = ChunkItems.Write([ChunkItem.Whole(Envelope)]);
        Assert.False(ChunkItems.TryRead(bytes.AsMemory(..^1), out _));
        Assert.False(ChunkItems.TryRead(bytes.AsMemory(..3), out _));
        Assert.False(ChunkItems.TryRead(new byte[] { 1, 0, 0, 0, 0 }, out _));
        Assert.False(ChunkItems.TryRead(new byte[] { 3, 0, 0, 0, 1, 9 }, out _));
        Assert.False(ChunkItems.TryRead(new byte[] { 1, 0xff, 0xff, 0xff, 0xff, 9 }, out _));
    }
}
