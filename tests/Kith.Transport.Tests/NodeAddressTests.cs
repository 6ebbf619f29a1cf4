using System.Net;

namespace Kith.Transport.Tests;

public sealed class NodeAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:4711", "tcp", "127.0.0.1", 4711)]
    [InlineData("[::1]:4711", "tcp", "::1", 4711)]
    [InlineData("Example.org:1", "tcp", "example.org", 1)]
    [InlineData("udp/[2001:db8::1]:65535", "udp", "2001:db8::1", 65535)]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:80", "onion", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd", 80)]
    [InlineData("later/abcdef.example:80", "later", "abcdef.example", 80)]
    public void TextForm_RoundTrips(string text, string kind, string host, int port)
    {
        Assert.True(NodeAddress.TryParse(text, out var address));
        Assert.Equal((kind, host, port), (address!.Kind, address.Host, address.Port));
        Assert.Equal(text.ToLowerInvariant(), address.ToString());
        Assert.True(NodeAddress.TryParse(address.ToString(), out var again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("onion/abcdef.onion:80")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye:80")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd")]
    [InlineData("onion/127.0.0.1:80")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:80/")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:80/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:80/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("udp/192.0.2.1:80/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:+1")]
    [InlineData("127.0.0.1:01")]
    [InlineData("127.0.0.1: 1")]
    [InlineData("127.0.0.256:1")]
    [InlineData("127.1:1")]
    [InlineData("0x7f.1:1")]
    [InlineData("::1:4711")]
    [InlineData("[::1]")]
    [InlineData("[::1%eth0]:1")]
    [InlineData("[127.0.0.1]:1")]
    [InlineData("[]:1")]
    [InlineData("a..b:1")]
    [InlineData("-a.b:1")]
    [InlineData("a b:1")]
    [InlineData("ä.org:1")]
    [InlineData("/a:1")]
    [InlineData("TCP/a:1")]
    [InlineData("muchtoolong/a:1")]
    public void AnythingElse_IsRefused(string text)
    {
        Assert.False(NodeAddress.TryParse(text, out var address));
        Assert.Null(address);
    }

    [Fact]
    public void OnionServiceWithAKey_ShowsItToWhoAsksForTheWholeAlone()
    {
        const string Text = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:80/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHl8";
        Assert.True(NodeAddress.TryParse(Text, out var address));
        Assert.True(address!.HasClientKey);
        Assert.Equal(Text[..^44], address.ToString());
        Assert.Equal(Text, address.Whole);
        using var key = address.OpenClientKey();
        Assert.Equal([.. Enumerable.Range(0, 31).Select(i => (byte)i), 0x5f], key!.Value.ToArray());
        Assert.Equal(address, NodeAddress.Onion(address.Service!.Value, 80, key));
        var open = NodeAddress.Onion(address.Service!.Value, 80);
        Assert.NotEqual(address, open);
        Assert.False(open.HasClientKey);
        Assert.Null(open.OpenClientKey());
        Assert.Equal(open.ToString(), open.Whole);
    }

    [Theory]
    [InlineData("via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODw", "192.0.2.1", 7300)]
    [InlineData("via/[2001:db8::1]:7300/AAECAwQFBgcICQoLDA0ODw", "2001:db8::1", 7300)]
    public void Introducer_HasTheHandle(string text, string host, int port)
    {
        Assert.True(NodeAddress.TryParse(text, out var address));
        Assert.Equal((NodeAddress.ViaKind, host, port), (address!.Kind, address.Host, address.Port));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], address.Handle!.Value.ToArray());
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, NodeAddress.Via(address.ToIPEndPoint()!, address.Handle.Value));
    }

    [Theory]
    [InlineData("via/192.0.2.1:7300")]
    [InlineData("via/192.0.2.1:7300/")]
    [InlineData("via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0OD")]
    [InlineData("via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODx")]
    [InlineData("via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0OD/")]
    [InlineData("via/192.0.2.1/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("udp/192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODw")]
    public void HandleThatIsNone_OrInTheWrongPlace_IsRefused(string text) => Assert.False(NodeAddress.TryParse(text, out _));

    [Fact]
    public void TooLong_IsRefused() => Assert.False(NodeAddress.TryParse(new string('a', 10_000) + ":1", out _));

    [Fact]
    public void MappedAddress_IsItsIPv4One()
    {
        Assert.Equal("127.0.0.1:5", NodeAddress.Tcp(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 5)).ToString());
        Assert.True(NodeAddress.TryParse("[::ffff:127.0.0.1]:5", out var address));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 5), address!.ToIPEndPoint());
    }

    [Fact]
    public void Name_HasNoEndPoint()
    {
        Assert.True(NodeAddress.TryParse("example.org:1", out var address));
        Assert.Null(address!.ToIPEndPoint());
    }
}
