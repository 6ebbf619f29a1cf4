using System.Net;
using Kith.Node.Network;
using Kith.Transport;

namespace Kith.Node.Tests.Network;

public sealed class AddressTests
{
    [Theory]
    [InlineData("127.0.0.1:0", "127.0.0.1", 0)]
    [InlineData("0.0.0.0:65535", "0.0.0.0", 65535)]
    [InlineData("*:7300", "0.0.0.0", 7300)]
    [InlineData("localhost:80", "127.0.0.1", 80)]
    [InlineData("[::]:7300", "::", 7300)]
    [InlineData("[::1]:1", "::1", 1)]
    public void Address_IsRead(string text, string host, int port)
        => Assert.Equal(new IPEndPoint(IPAddress.Parse(host), port), ListenEndPoint.Parse(text));

    [Theory]
    [InlineData("::1:80")]
    [InlineData("[::1]")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:+1")]
    [InlineData("127.0.0.1: 1")]
    [InlineData("name.example:80")]
    public void AnythingElse_IsRefused(string text) => Assert.Throws<NodeStartException>(() => ListenEndPoint.Parse(text));

    [Fact]
    public void EveryInterface_GivesFewAddressesWithLoopbackLast()
    {
        var addresses = OwnAddresses.Of([new IPEndPoint(IPAddress.Any, 7300), new IPEndPoint(IPAddress.IPv6Any, 7300)]);

        Assert.InRange(addresses.Count, 1, OwnAddresses.Max);
        Assert.All(addresses, address => Assert.True(NodeAddress.TryParse(address, out _), address));
        Assert.True(addresses[^1] is "127.0.0.1:7300" or "[::1]:7300", addresses[^1]);
    }

    [Fact]
    public void OneAddress_GivesItself() => Assert.Equal(["192.0.2.7:7300"], OwnAddresses.Of([new IPEndPoint(IPAddress.Parse("192.0.2.7"), 7300)]));
}
