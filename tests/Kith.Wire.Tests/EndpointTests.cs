using System.Net;

namespace Kith.Wire.Tests;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:4711", true)]
    [InlineData("[2001:db8::1]:80", false)]
    public void Text_ReadsBack(string text, bool four)
    {
        Assert.True(Endpoint.TryParse(text, out var endpoint));
        Assert.Equal(text, endpoint.ToString());
        Assert.Equal(four, endpoint.IsIPv4);
        Assert.Equal(endpoint, Endpoint.From(endpoint.ToIPEndPoint()));
        var compact = new byte[Endpoint.CompactSize6];
        var size = endpoint.WriteCompact(compact);
        Assert.Equal(four ? Endpoint.CompactSize4 : Endpoint.CompactSize6, size);
        Assert.True(Endpoint.TryReadCompact(compact.AsSpan(0, size), out var read));
        Assert.Equal(endpoint, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("example.org:80")]
    [InlineData("::1:80")]
    [InlineData("[fe80::1%eth0]:80")]
    public void OtherText_IsRefused(string text) => Assert.False(Endpoint.TryParse(text, out _));

    [Fact]
    public void AMappedAddress_IsTheIPv4One()
    {
        var mapped = Endpoint.From(IPAddress.Parse("::ffff:10.1.2.3"), 5);
        Assert.Equal(Endpoint.From(IPAddress.Parse("10.1.2.3"), 5), mapped);
        Assert.True(mapped.IsIPv4);
        Assert.Equal(0x0A010203u, mapped.IPv4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(19)]
    public void OtherCompactSizes_AreRefused(int size) => Assert.False(Endpoint.TryReadCompact(new byte[size], out _));
}
