namespace Kith.Wire.Tests;

public sealed class WireWriterTests
{
    [Fact]
    public void GrowingBuffer_KeepsWhatWasWritten()
    {
        using var writer = new WireWriter(1);
        var expected = new byte[5000];
        new Random(1).NextBytes(expected);
        foreach (var value in expected)
            writer.WriteByte(value);
        Assert.Equal(expected, writer.ToArray());
        Assert.Equal(expected.Length, writer.WrittenMemory.Length);
    }

    [Fact]
    public void BufferWriterUse_AppendsWhatWasAdvanced()
    {
        using var writer = new WireWriter();
        writer.GetSpan(3)[0] = 7;
        writer.Advance(1);
        writer.GetMemory(1000).Span[0] = 8;
        writer.Advance(1);
        Assert.Equal([7, 8], writer.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(1 << 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
    }

    [Fact]
    public void Cleared_StartsOver()
    {
        using var writer = new WireWriter();
        writer.WriteUInt32(1);
        writer.Clear();
        writer.WriteByte(2);
        Assert.Equal([2], writer.ToArray());
    }

    [Fact]
    public void Disposed_RefusesToWrite()
    {
        var writer = new WireWriter();
        writer.Dispose();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.WriteByte(1));
    }
}
