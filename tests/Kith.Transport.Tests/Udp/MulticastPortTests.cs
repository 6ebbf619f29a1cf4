using System.Net;
using System.Net.Sockets;
using Kith.Transport.Udp;

namespace Kith.Transport.Tests.Udp;

/// <summary>On the loopback interface alone: what leaves the machine is tried in network namespaces (Kith.Overlay.Tests).</summary>
public sealed class MulticastPortTests
{
    [Fact]
    public async Task SeveralNodesOnLoopback_EachHearsAllFromLoopback()
    {
        var port = FreePort();
        var takers = new[] { new RecordingTaker(), new RecordingTaker(), new RecordingTaker() };
        await using var a = MulticastPort.Open([IPAddress.Loopback], takers[0], TimeProvider.System, port);
        await using var b = MulticastPort.Open([IPAddress.Loopback, IPAddress.IPv6Loopback], takers[1], TimeProvider.System, port);
        await using var c = MulticastPort.Open([IPAddress.Loopback], takers[2], TimeProvider.System, port);
        Assert.Null(a.Problem);
        a.Send("from a"u8);
        foreach (var taker in takers)
        {
            var (from, datagram) = await taker.NextAsync();
            Assert.Equal("from a"u8, datagram);
            Assert.Equal(IPAddress.Loopback, from.ToAddress());
        }
    }

    [Fact]
    public async Task UnicastToThePort_IsNotTaken()
    {
        var port = FreePort();
        var taker = new RecordingTaker();
        await using var node = MulticastPort.Open([IPAddress.Loopback], taker, TimeProvider.System, port);
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await stranger.SendAsync("unicast"u8.ToArray(), new IPEndPoint(IPAddress.Loopback, port));
        node.Send("multicast"u8);
        Assert.Equal("multicast", await taker.NextTextAsync());
    }

    [Fact]
    public async Task TooLongDatagram_IsDroppedAndTheNextTaken()
    {
        var taker = new RecordingTaker();
        await using var node = MulticastPort.Open([IPAddress.Loopback], taker, TimeProvider.System, FreePort());
        node.Send(new byte[MulticastPort.MaxDatagram + 1]);
        node.Send(new byte[4 * MulticastPort.MaxDatagram]);
        node.Send("short"u8);
        Assert.Equal("short", await taker.NextTextAsync());
    }

    [Fact]
    public async Task Disposed_NothingIsTakenAnyMore()
    {
        var port = FreePort();
        var taker = new RecordingTaker();
        var closed = MulticastPort.Open([IPAddress.Loopback], taker, TimeProvider.System, port);
        await closed.DisposeAsync();
        closed.Send("into the void"u8);
        var other = new RecordingTaker();
        await using var open = MulticastPort.Open([IPAddress.Loopback], other, TimeProvider.System, port);
        open.Send("heard"u8);
        _ = await other.NextAsync();
        Assert.Equal(0, taker.Count);
    }

    // A number of its own for each test: other nodes on this machine use the usual one.
    private static int FreePort()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }
}
