using Kith.Overlay.Dht;

namespace Kith.Overlay.Tests;

public sealed class NodeIdTests
{
    [Fact]
    public void SharedBits_CountsFromTheFirst()
    {
        var bytes = new byte[NodeId.Size];
        Assert.True(NodeId.TryRead(bytes, out var zero));
        Assert.Equal(NodeId.Bits, zero.SharedBits(zero));
        for (var bit = 0; bit < NodeId.Bits; bit++)
        {
            Array.Clear(bytes);
            bytes[bit / 8] = (byte)(0x80 >> (bit % 8));
            Assert.True(NodeId.TryRead(bytes, out var other));
            Assert.Equal(bit, zero.SharedBits(other));
            Assert.Equal(Convert.ToHexStringLower(bytes), other.ToString());
            Assert.True(zero.CompareTo(other) < 0);
            Assert.True(zero.IsCloser(zero, other));
        }
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    public void OtherSizes_AreRefused(int size) => Assert.False(NodeId.TryRead(new byte[size], out _));
}
