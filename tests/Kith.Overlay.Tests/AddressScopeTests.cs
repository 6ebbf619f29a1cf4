using Kith.Wire;
using Xunit;

namespace Kith.Overlay.Tests;

public class AddressScopeTests
{
    [Theory]
    [InlineData("127.0.0.1:1", AddressKind.Loopback)]
    [InlineData("127.255.255.255:1", AddressKind.Loopback)]
    [InlineData("10.0.0.0:1", AddressKind.Private)]
    [InlineData("172.15.255.255:1", AddressKind.Global)]
    [InlineData("172.16.0.0:1", AddressKind.Private)]
    [InlineData("172.31.255.255:1", AddressKind.Private)]
    [InlineData("172.32.0.0:1", AddressKind.Global)]
    [InlineData("192.168.255.255:1", AddressKind.Private)]
    [InlineData("169.254.1.1:1", AddressKind.LinkLocal)]
    [InlineData("100.63.255.255:1", AddressKind.Global)]
    [InlineData("100.64.0.0:1", AddressKind.Shared)]
    [InlineData("100.127.255.255:1", AddressKind.Shared)]
    [InlineData("100.128.0.0:1", AddressKind.Global)]
    [InlineData("224.0.0.1:1", AddressKind.Multicast)]
    [InlineData("239.255.255.255:1", AddressKind.Multicast)]
    [InlineData("240.0.0.1:1", AddressKind.Reserved)]
    [InlineData("255.255.255.255:1", AddressKind.Reserved)]
    [InlineData("0.0.0.0:1", AddressKind.Unspecified)]
    [InlineData("0.1.2.3:1", AddressKind.Reserved)]
    [InlineData("192.0.2.1:1", AddressKind.Documentation)]
    [InlineData("198.51.100.1:1", AddressKind.Documentation)]
    [InlineData("203.0.113.255:1", AddressKind.Documentation)]
    [InlineData("198.19.0.1:1", AddressKind.Documentation)]
    [InlineData("8.8.8.8:1", AddressKind.Global)]
    [InlineData("[::1]:1", AddressKind.Loopback)]
    [InlineData("[::]:1", AddressKind.Unspecified)]
    [InlineData("[::7f00:1]:1", AddressKind.Reserved)]
    [InlineData("[::ffff:10.1.2.3]:1", AddressKind.Private)]
    [InlineData("[fd12:3456:789a::1]:1", AddressKind.Private)]
    [InlineData("[fe80::1]:1", AddressKind.LinkLocal)]
    [InlineData("[fec0::1]:1", AddressKind.Reserved)]
    [InlineData("[ff02::1]:1", AddressKind.Multicast)]
    [InlineData("[2001:db8::1]:1", AddressKind.Documentation)]
    [InlineData("[3fff:0fff::1]:1", AddressKind.Documentation)]
    [InlineData("[2001::1]:1", AddressKind.Reserved)]
    [InlineData("[2001:200::1]:1", AddressKind.Global)]
    [InlineData("[2002:7f00:1::]:1", AddressKind.Reserved)]
    [InlineData("[2a00:1450::1]:1", AddressKind.Global)]
    [InlineData("[64:ff9b::8.8.8.8]:1", AddressKind.Global)]
    [InlineData("[64:ff9b::127.0.0.1]:1", AddressKind.Reserved)]
    public void KindOf_Address_IsWhatTheRegistriesSay(string address, AddressKind kind) => Assert.Equal(kind, AddressScope.KindOf(At(address)));

    [Theory]
    [InlineData("127.0.0.1:1", "127.8.0.1:9", true)]
    [InlineData("127.0.0.1:1", "192.168.1.1:9", false)]
    [InlineData("10.0.0.1:1", "10.200.0.1:9", true)]
    [InlineData("10.0.0.1:1", "192.168.0.1:9", false)]
    [InlineData("172.16.0.1:1", "172.31.0.1:9", true)]
    [InlineData("100.64.0.1:1", "100.64.0.2:9", false)]
    [InlineData("8.8.8.8:1", "8.8.8.9:9", false)]
    [InlineData("fd00:1:2::1", "fd00:1:2:ffff::9", true)]
    [InlineData("fd00:1:2::1", "fd00:1:3::9", false)]
    [InlineData("fe80::1", "fe80::9", true)]
    public void AreTogether_OnlyOnLoopbackOrOnOnePrivateNetwork(string one, string other, bool together)
    {
        Assert.Equal(together, AddressScope.AreTogether(At(one), At(other)));
        Assert.Equal(together, AddressScope.AreTogether(At(other), At(one)));
        Assert.Equal(together, new OwnNetworks([At("1.2.3.4:1"), At(one)]).AreLifted(At(other)));
    }

    [Theory]
    [InlineData("8.8.8.8:53", true)]
    [InlineData("127.0.0.1:80", false)]
    [InlineData("192.168.7.7:80", true)]
    [InlineData("10.0.0.1:80", false)]
    [InlineData("224.0.0.251:5353", false)]
    [InlineData("255.255.255.255:9", false)]
    [InlineData("[ff02::1]:9", false)]
    public void MayContact_NodeInAHouse_ReachesTheInternetAndTheHouse(string address, bool may) =>
        Assert.Equal(may, new OwnNetworks([At("192.168.0.2:1")]).MayContact(At(address)));

    [Fact]
    public void MayContact_NodeOnLoopbackOnly_NeverLeavesTheMachine()
    {
        Assert.True(OwnNetworks.Loopback.IsLoopbackOnly);
        Assert.True(OwnNetworks.Loopback.MayContact(At("127.0.0.5:4711")));
        Assert.True(OwnNetworks.Loopback.MayContact(At("[::1]:4711")));
        Assert.False(OwnNetworks.Loopback.MayContact(At("8.8.8.8:4711")));
        Assert.False(OwnNetworks.Loopback.MayContact(At("127.0.0.5:4711").WithPort(0)));
        Assert.False(OwnNetworks.Loopback.MayContact(At("192.168.0.1:4711")));
    }

    [Fact]
    public void MayFollow_StrangerNamesOurHouse_IsRefused()
    {
        var own = new OwnNetworks([At("192.168.0.2:1"), At("127.0.0.1:1")]);
        Assert.False(own.MayFollow(At("8.8.8.8:1"), At("192.168.0.1:80")));
        Assert.False(own.MayFollow(At("8.8.8.8:1"), At("127.0.0.1:80")));
        Assert.False(own.MayFollow(At("192.168.0.9:1"), At("127.0.0.1:80")));
        Assert.True(own.MayFollow(At("192.168.0.9:1"), At("192.168.0.1:80")));
        Assert.True(own.MayFollow(At("192.168.0.9:1"), At("8.8.4.4:80")));
    }

    [Theory]
    [InlineData("8.8.8.8:1", "8.8.8.9:2", true)]
    [InlineData("8.8.8.8:1", "8.8.9.8:1", false)]
    [InlineData("[2a00:1:2:3::1]:1", "[2a00:1:2:4::1]:1", true)]
    [InlineData("[2a00:1:2::1]:1", "[2a00:1:3::1]:1", false)]
    [InlineData("[64:ff9b::8.8.8.8]:1", "8.8.8.1:1", true)]
    public void Prefix_OfEndpoints_IsASitesOwn(string one, string other, bool same) =>
        Assert.Equal(same, AddressPrefix.Of(At(one)) == AddressPrefix.Of(At(other)));

    [Theory]
    [InlineData("192.168.3.4:1", true)]
    [InlineData("8.8.4.200:1", true)]
    [InlineData("[2a00:1:2:9::1]:1", true)]
    [InlineData("8.8.5.1:1", false)]
    [InlineData("10.0.0.1:1", false)]
    [InlineData("127.0.0.1:1", false)]
    [InlineData("[2a00:1:3::1]:1", false)]
    public void MayBeOnLink_OnlyWhoseAddressFits(string address, bool may) =>
        Assert.Equal(may, new OwnNetworks([At("192.168.0.2:1"), At("8.8.4.4:1"), At("[2a00:1:2:3::1]:1")]).MayBeOnLink(At(address)));

    private static Endpoint At(string text) =>
        Endpoint.TryParse(text, out var endpoint) || Endpoint.TryParse($"[{text}]:1", out endpoint) ? endpoint : throw new FormatException(text);
}
