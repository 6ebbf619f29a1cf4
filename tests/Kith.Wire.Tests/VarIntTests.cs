namespace Kith.Wire.Tests;

public sealed class VarIntTests
{
    // RFC 9000 appendix A.1, and the edges of each length.
    [Theory]
    [InlineData("c2197c5eff14e88c", 151_288_809_941_952_652UL)]
    [InlineData("9d7f3e7d", 494_878_333UL)]
    [InlineData("7bbd", 15_293UL)]
    [InlineData("25", 37UL)]
    [InlineData("00", 0UL)]
    [InlineData("3f", 63UL)]
    [InlineData("4040", 64UL)]
    [InlineData("7fff", 16_383UL)]
    [InlineData("80004000", 16_384UL)]
    [InlineData("bfffffff", 1_073_741_823UL)]
    [InlineData("c000000040000000", 1_073_741_824UL)]
    [InlineData("ffffffffffffffff", VarInt.MaxValue)]
    public void Vector_ReadsAndWrites(string hex, ulong value)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.True(VarInt.TryRead(bytes, out var read, out var size));
        Assert.Equal(value, read);
        Assert.Equal(bytes.Length, size);
        using var writer = new WireWriter(1);
        writer.WriteVarInt(value);
        Assert.Equal(bytes, writer.ToArray());
    }

    [Fact]
    public void LongerThanNeeded_IsRead()
    {
        // RFC 9000 appendix A.1: 0x4025 also decodes to 37.
        Assert.True(VarInt.TryRead([0x40, 0x25], out var value, out var size));
        Assert.Equal(37UL, value);
        Assert.Equal(2, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("40")]
    [InlineData("9d7f3e")]
    [InlineData("c2197c5eff14e8")]
    public void CutShort_IsRefused(string hex)
    {
        Assert.False(VarInt.TryRead(Convert.FromHexString(hex), out var value, out var size));
        Assert.Equal(0UL, value);
        Assert.Equal(0, size);
    }

    [Fact]
    public void MoreThan62Bits_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => VarInt.SizeOf(VarInt.MaxValue + 1));
}
