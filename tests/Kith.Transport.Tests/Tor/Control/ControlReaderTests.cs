using System.Text;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tests.Tor.Control;

public sealed class ControlReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Replies_AreReadInWhateverPiecesTheyCome(int piece)
    {
        var reader = new ControlReader();
        var bytes = Encoding.UTF8.GetBytes("250-version=0.4.9\r\n250+info=\r\nline one\r\n..dot\r\n.\r\n250 OK\r\n650 HS_DESC X\r\n510 no\r\n");
        for (var at = 0; at < bytes.Length; at += piece)
            reader.Receive(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        Assert.Null(reader.Fault);
        Assert.True(reader.TryRead(out var first));
        Assert.Equal(250, first!.Status);
        Assert.Equal(["version=0.4.9", "info=", "line one", ".dot", "OK"], first.Lines);
        Assert.Equal("0.4.9", first.After("version="));
        Assert.True(reader.TryRead(out var second));
        Assert.True(second!.IsEvent);
        Assert.True(reader.TryRead(out var third));
        Assert.False(third!.IsOk);
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("250\r\n")]
    [InlineData("25x OK\r\n")]
    [InlineData("250=OK\r\n")]
    [InlineData("\r\n")]
    [InlineData("250-one\r\n510 two\r\n")]
    [InlineData("100 low\r\n")]
    public void AnythingElse_IsAFault(string text)
    {
        var reader = new ControlReader();
        reader.Receive(Encoding.UTF8.GetBytes(text));
        Assert.NotNull(reader.Fault);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void LineOverTheLimit_IsAFaultAtOnce()
    {
        var reader = new ControlReader();
        reader.Receive(new byte[ControlLimits.MaxLine]);
        Assert.Null(reader.Fault);
        reader.Receive(new byte[1]);
        Assert.NotNull(reader.Fault);
    }

    [Theory]
    [InlineData("250-a\r\n", ControlLimits.MaxLines)]
    [InlineData("long", (ControlLimits.MaxReply / 10_000) + 1)]
    public void ReplyOverTheLimit_IsAFault(string line, int count)
    {
        var reader = new ControlReader();
        var bytes = Encoding.ASCII.GetBytes(line == "long" ? "250-" + new string('a', 10_000) + "\r\n" : line);
        for (var i = 0; i < count - 1; i++)
            reader.Receive(bytes);
        Assert.Null(reader.Fault);
        reader.Receive(bytes);
        reader.Receive(bytes);
        Assert.NotNull(reader.Fault);
    }
}
