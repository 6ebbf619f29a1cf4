using System.Net;
using Kith.Transport.Udp;

namespace Kith.Node.Tests.Nodes;

/// <summary>Sessions and the overlay have one port number: it must be free for both.</summary>
public sealed class PortTests
{
    [Fact]
    public async Task RememberedPortTakenForDatagrams_AnotherIsTakenForBoth()
    {
        await using var alice = await TestNode.CreateAsync("Alice");
        var remembered = PortOf(alice);
        await alice.StopAsync();
        await using (UdpPort.Open([IPAddress.Loopback], remembered, TimeProvider.System))
            await alice.StartAsync();
        Assert.NotEqual(remembered, PortOf(alice));
        Assert.ThrowsAny<System.Net.Sockets.SocketException>(() => UdpPort.Open([IPAddress.Loopback], PortOf(alice), TimeProvider.System));
    }

    [Fact]
    public async Task NamedPortTakenForDatagrams_OneSentence()
    {
        var home = Directory.CreateTempSubdirectory("kith-port-").FullName;
        await using var taken = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<NodeStartException>(() => KithNode.StartAsync(new NodeOptions { Home = home, Listen = [$"127.0.0.1:{taken.Port}"], Network = TestNode.Quiet }));
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
        Directory.Delete(home, recursive: true);
    }

    private static int PortOf(TestNode node) => int.Parse(node.Node.ListenAddresses[0].Split(':')[^1]);
}
