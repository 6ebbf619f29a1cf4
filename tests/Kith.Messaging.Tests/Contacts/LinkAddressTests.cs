using Kith.Messaging.Contacts;

namespace Kith.Messaging.Tests.Contacts;

public sealed class LinkAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:7300", "192.0.2.1:7300")]
    [InlineData("[2001:DB8::1]:7300", "[2001:db8::1]:7300")]
    [InlineData("Node.Example:1", "node.example:1")]
    [InlineData("localhost:65535", "localhost:65535")]
    [InlineData("udp/192.0.2.1:7300", "udp/192.0.2.1:7300")]
    [InlineData("udp/[2001:DB8::1]:7300", "udp/[2001:db8::1]:7300")]
    [InlineData("via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODw", "via/192.0.2.1:7300/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("via/[2001:db8::1]:7300/AAECAwQFBgcICQoLDA0ODw", "via/[2001:db8::1]:7300/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300", "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    [InlineData("meet/192.0.2.1:7300/AAEC-_", "meet/192.0.2.1:7300/AAEC-_")]
    [InlineData("hold/192.0.2.1:7300", "hold/192.0.2.1:7300")]
    [InlineData("hold/[2001:db8::1]:7300", "hold/[2001:db8::1]:7300")]
    [InlineData("hold/Node.example:7300", "hold/node.example:7300")]
    public void Address_ReadsAndPrints(string text, string expected)
    {
        Assert.True(LinkAddress.TryParse(text, out var address));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("192.0.2.1")]
    [InlineData(":7300")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye:7300")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:0")]
    [InlineData("onion/example.org:7300")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8/")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AA")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH+8")]
    [InlineData("meet/")]
    [InlineData("meet/a b")]
    [InlineData("192.0.2.1:0")]
    [InlineData("192.0.2.1:65536")]
    [InlineData("192.0.2.1:-1")]
    [InlineData("192.0.2.1: 80")]
    [InlineData("192.0.2:80")]
    [InlineData("300.0.2.1:80")]
    [InlineData("2001:db8::1:80")]
    [InlineData("[192.0.2.1]:80")]
    [InlineData("[fe80::1%eth0]:80")]
    [InlineData("a..b:80")]
    [InlineData("-a:80")]
    [InlineData("a b:80")]
    [InlineData("ä:80")]
    [InlineData("udp/name.example:80")]
    [InlineData("udp/192.0.2.1:0")]
    [InlineData("via/192.0.2.1:80")]
    [InlineData("via/192.0.2.1:80/")]
    [InlineData("via/name.example:80/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("via/192.0.2.1:80/AAECAwQFBgcICQoLDA0ODx")]
    [InlineData("via/192.0.2.1:80/AAECAwQFBgcICQoLDA0OD")]
    [InlineData("via/192.0.2.1:80/AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("via/udp/192.0.2.1:80/AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("hold/udp/192.0.2.1:80")]
    [InlineData("hold/192.0.2.1")]
    [InlineData("tls/192.0.2.1:80")]
    public void AnythingElse_Refused(string? text) => Assert.False(LinkAddress.TryParse(text, out _));
}
