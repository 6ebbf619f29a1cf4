using Xunit;

namespace Kith.Wire.Tests;

public sealed class Bits128Tests
{
    private static readonly byte[] Bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    [Fact]
    public void Bytes_ComeBackAsTheyWere()
    {
        var bits = Bits128.Read(Bytes);
        Assert.Equal(new Bits128(0x0102030405060708, 0x090a0b0c0d0e0f10), bits);
        Assert.Equal(Bytes, bits.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Bits128.Read(Bytes.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => bits.CopyTo(new byte[15]));
    }

    [Fact]
    public void Order_IsThatOfTheBytes()
    {
        Assert.True(new Bits128(1, 0) > new Bits128(0, ulong.MaxValue));
        Assert.True(new Bits128(1, 2) < new Bits128(1, 3));
        Assert.True(new Bits128(1, 2) <= new Bits128(1, 2) && new Bits128(1, 2) >= new Bits128(1, 2));
        Assert.True(default(Bits128).IsZero && !new Bits128(0, 1).IsZero && !new Bits128(1, 0).IsZero);
        Assert.True((new Bits128(5, 9) ^ new Bits128(5, 9)).IsZero);
    }
}
