using System.Text;
using Kith.Wire.Dns;

namespace Kith.Wire.Tests.Dns;

public sealed class DnsNameTests
{
    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData("Example.ORG.", "example.org")]
    [InlineData("_kith._udp.a-b.example", "_kith._udp.a-b.example")]
    public void Text_IsReadAndWritten(string text, string canonical)
    {
        Assert.True(DnsName.TryParse(text, out var name));
        Assert.Equal(canonical, name.ToString());
        var offset = 0;
        Assert.True(DnsName.TryRead(name.Wire, ref offset, out var again));
        Assert.Equal(name, again);
        Assert.Equal(name.GetHashCode(), again.GetHashCode());
        Assert.Equal(name.Wire.Length, offset);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("ä.example")]
    [InlineData("a.example..")]
    [InlineData("a/b")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234.example")]
    public void OtherText_IsRefused(string text) => Assert.False(DnsName.TryParse(text, out _));

    [Fact]
    public void LongestName_IsReadAndOneMoreIsRefused()
    {
        var labels = string.Join('.', Enumerable.Repeat(new string('a', 63), 3));
        Assert.True(DnsName.TryParse($"{labels}.{new string('b', 61)}", out var name));
        Assert.Equal(DnsName.MaxSize, name.Wire.Length);
        Assert.False(DnsName.TryParse($"{labels}.{new string('b', 62)}", out _));
        byte[] tooLong = [1, (byte)'x', .. name.Wire];
        var offset = 0;
        Assert.False(DnsName.TryRead(tooLong, ref offset, out _));
        Assert.Equal(0, offset);
        offset = 2;
        Assert.True(DnsName.TryRead(tooLong, ref offset, out _));
    }

    [Fact]
    public void Compression_IsFollowedBackwards()
    {
        // RFC 1035 section 4.1.4: F.ISI.ARPA at 0, FOO.F.ISI.ARPA at 12, ARPA by pointer at 18.
        byte[] message = [1, (byte)'F', 3, (byte)'I', (byte)'S', (byte)'I', 4, (byte)'A', (byte)'R', (byte)'P', (byte)'A', 0, 3, (byte)'F', (byte)'O', (byte)'O', 0xC0, 0, 0xC0, 6];
        var offset = 12;
        Assert.True(DnsName.TryRead(message, ref offset, out var name));
        Assert.Equal("foo.f.isi.arpa", name.ToString());
        Assert.Equal(18, offset);
        Assert.True(DnsName.TryRead(message, ref offset, out name));
        Assert.Equal("arpa", name.ToString());
        Assert.Equal(20, offset);
    }

    [Theory]
    [InlineData("C000", 0)] // at itself
    [InlineData("C002C000", 0)] // forwards
    [InlineData("0161C000", 0)] // into the piece that it ends
    [InlineData("0161C0040162C000", 4)] // two that lead to each other
    [InlineData("C0", 0)]
    [InlineData("0561", 0)]
    [InlineData("0161", 0)]
    [InlineData("", 0)]
    [InlineData("4161", 0)] // RFC 6891 section 5: the other label types are gone
    [InlineData("8061", 0)]
    [InlineData("C0FF", 0)]
    public void HostileWire_IsRefused(string hex, int offset)
    {
        var start = offset;
        Assert.False(DnsName.TryRead(Convert.FromHexString(hex), ref offset, out _));
        Assert.Equal(start, offset);
    }

    [Fact]
    public void UnprintableBytes_AreEscaped()
    {
        byte[] wire = [4, (byte)'a', (byte)'.', 0, 0xFF, 0];
        var offset = 0;
        Assert.True(DnsName.TryRead(wire, ref offset, out var name));
        Assert.Equal(@"a\046\000\255", name.ToString());
        Assert.Equal(".", DnsName.Root.ToString());
    }

    [Fact]
    public void AtOrBelow_GoesByLabels()
    {
        Assert.True(DnsName.TryParse("a.example.org", out var below));
        Assert.True(DnsName.TryParse("example.org", out var zone));
        Assert.True(DnsName.TryParse("xexample.org", out var other));
        Assert.True(below.IsAtOrBelow(zone));
        Assert.True(zone.IsAtOrBelow(zone));
        Assert.True(zone.IsAtOrBelow(DnsName.Root));
        Assert.False(zone.IsAtOrBelow(below));
        Assert.False(other.IsAtOrBelow(zone));
        Assert.NotEqual(zone, other);
        Assert.Equal(13, Encoding.ASCII.GetByteCount(below.ToString()));
    }
}
