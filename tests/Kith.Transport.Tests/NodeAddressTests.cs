using System.Net;

namespace Kith.Transport.Tests;

public sealed class NodeAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:4711", "tcp", "127.0.0.1", 4711)]
    [InlineData("[::1]:4711", "tcp", "::1", 4711)]
    [InlineData("Example.org:1", "tcp", "example.org", 1)]
    [InlineData("udp/[2001:db8::1]:65535", "udp", "2001:db8::1", 65535)]
    [InlineData("onion/abcdef.onion:80", "onion", "abcdef.onion", 80)]
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
