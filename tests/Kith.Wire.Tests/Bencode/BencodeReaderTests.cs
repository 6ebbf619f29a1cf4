using System.Text;
using Kith.Wire.Bencode;

namespace Kith.Wire.Tests.Bencode;

public sealed class BencodeReaderTests
{
    [Theory]
    [InlineData("i0e", 0)]
    [InlineData("i-3e", -3)]
    [InlineData("i9223372036854775807e", long.MaxValue)]
    [InlineData("i-9223372036854775808e", long.MinValue)]
    public void Integers_ReadBack(string text, long expected)
    {
        var reader = new BencodeReader(Encoding.ASCII.GetBytes(text));
        Assert.True(reader.TryReadInteger(out var value));
        Assert.Equal(expected, value);
        Assert.True(reader.IsAtEnd);
    }

    [Theory]
    [InlineData("i")]
    [InlineData("ie")]
    [InlineData("i-e")]
    [InlineData("i-0e")]
    [InlineData("i03e")]
    [InlineData("i1")]
    [InlineData("i1x")]
    [InlineData("i9223372036854775808e")]
    [InlineData("i-9223372036854775809e")]
    [InlineData("i99999999999999999999999e")]
    public void BadIntegers_AreRefusedAndConsumeNothing(string text)
    {
        var reader = new BencodeReader(Encoding.ASCII.GetBytes(text));
        Assert.False(reader.TryReadInteger(out _));
        Assert.False(reader.TrySkip());
        Assert.Equal(0, reader.Consumed);
    }

    [Theory]
    [InlineData("4:spa")]
    [InlineData("04:spam")]
    [InlineData("00:")]
    [InlineData("4spam")]
    [InlineData("-1:a")]
    [InlineData("999999999:a")]
    [InlineData("4294967297:a")]
    [InlineData("3")]
    public void BadStrings_AreRefusedAndConsumeNothing(string text)
    {
        var reader = new BencodeReader(Encoding.ASCII.GetBytes(text));
        Assert.False(reader.TryReadBytes(out _));
        Assert.Equal(0, reader.Consumed);
    }

    [Theory]
    [InlineData("le")]
    [InlineData("de")]
    [InlineData("d1:ai1e1:bl1:cd1:d0:eee")]
    [InlineData("lli1eee")]
    public void WholeValues_AreSkipped(string text)
    {
        var reader = new BencodeReader(Encoding.ASCII.GetBytes(text + "e"));
        Assert.True(reader.TryReadValue(out var encoded));
        Assert.Equal(text, Encoding.ASCII.GetString(encoded));
        Assert.True(reader.TryReadEnd());
    }

    [Theory]
    [InlineData("")]
    [InlineData("e")]
    [InlineData("l")]
    [InlineData("li1e")]
    [InlineData("d1:a")]
    [InlineData("d1:ae")]
    [InlineData("di1ei2ee")]
    [InlineData("dle1:ae")]
    [InlineData("x")]
    public void BrokenValues_AreRefused(string text)
    {
        var reader = new BencodeReader(Encoding.ASCII.GetBytes(text));
        Assert.False(reader.TrySkip());
        Assert.Equal(0, reader.Consumed);
    }

    [Fact]
    public void Nesting_IsBounded()
    {
        var deepest = new string('l', BencodeReader.MaxDepth) + new string('e', BencodeReader.MaxDepth);
        Assert.True(new BencodeReader(Encoding.ASCII.GetBytes(deepest)).TrySkip());
        Assert.False(new BencodeReader(Encoding.ASCII.GetBytes($"l{deepest}e")).TrySkip());
        Assert.False(new BencodeReader(Encoding.ASCII.GetBytes(new string('d', 100_000))).TrySkip());
    }

    [Fact]
    public void Writer_WritesWhatTheReaderReads()
    {
        Span<byte> buffer = stackalloc byte[64];
        var writer = new BencodeWriter(buffer);
        writer.BeginDictionary();
        writer.WriteEntry("a"u8, -42);
        writer.WriteBytes("b"u8);
        writer.BeginList();
        writer.WriteBytes("spam"u8);
        writer.End();
        writer.End();
        Assert.False(writer.Overflowed);
        Assert.Equal("d1:ai-42e1:bl4:spamee", Encoding.ASCII.GetString(writer.Written));
    }

    [Fact]
    public void Writer_ThatOverflows_WritesNothingMore()
    {
        Span<byte> buffer = stackalloc byte[4];
        var writer = new BencodeWriter(buffer);
        writer.BeginList();
        writer.WriteBytes("spam"u8);
        writer.End();
        Assert.True(writer.Overflowed);
        Assert.Equal(1, writer.Length);
    }
}
