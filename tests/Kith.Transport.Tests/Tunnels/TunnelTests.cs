using System.Net;
using System.Text;
using Kith.Crypto;
using Kith.Transport.Tests.Sessions;
using Kith.Transport.Tunnels;
using Kith.Transport.Udp;

namespace Kith.Transport.Tests.Tunnels;

/// <summary>Tunnels over real sockets.</summary>
public sealed class TunnelTests
{
    [Fact]
    public async Task UdpBlocked_DatagramsGoThroughATunnelBothWaysUnderTheNodesOwnEndpoint()
    {
        await using var world = await TunnelWorld.StartAsync();
        world.Client.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d-ask"u8);
        var (from, asked) = await world.AtServer.NextAsync();
        Assert.Equal("d-ask", Encoding.UTF8.GetString(asked));
        Assert.True(UdpPort.IsVirtual(from));
        Assert.Equal(PathKind.Tunnel, world.ServerPort.PathOf(from)?.Kind);

        world.ServerPort.Send(from, "d-answer"u8);
        var (by, answer) = await world.AtClient.NextAsync();
        Assert.Equal("d-answer", Encoding.UTF8.GetString(answer));
        Assert.Equal(world.ServerAt, by);
        Assert.Equal(PathKind.Tunnel, world.ClientPort.PathOf(by)?.Kind);
        // Nothing of it went by UDP.
        Assert.Equal(0, world.ClientPort.BytesOut);
        Assert.Equal(0, world.ServerPort.BytesIn);
        Assert.Equal(1, world.Client.Count);
        Assert.Equal(1, world.Server.Count);
    }

    [Fact]
    public async Task DatagramByUdp_LeavesTheTunnels()
    {
        await using var world = await TunnelWorld.StartAsync();
        world.Client.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d1"u8);
        _ = await world.AtServer.NextAsync();
        world.ServerPort.Send(Wire.Endpoint.From(world.ClientPort.LocalEndPoints[0]), "d-by-udp"u8);
        _ = await world.AtClient.NextAsync();
        Assert.False(world.Client.IsOn);
        Assert.Null(world.ClientPort.PathOf(world.ServerAt));
        world.ClientPort.Send(world.ServerAt, "d2"u8);
        Assert.False(UdpPort.IsVirtual((await world.AtServer.NextAsync()).From));
    }

    [Fact]
    public async Task NotBlocked_NothingIsTunnelled()
    {
        await using var world = await TunnelWorld.StartAsync();
        world.ClientPort.Send(world.ServerAt, "d1"u8);
        Assert.False(UdpPort.IsVirtual((await world.AtServer.NextAsync()).From));
        Assert.Equal(0, world.Server.Count);
    }

    [Fact]
    public async Task ManyDatagramsOfAllLengths_ArriveInOrderAsTheyAre()
    {
        await using var world = await TunnelWorld.StartAsync();
        world.Client.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d"u8);
        _ = await world.AtServer.NextAsync();
        for (var length = 1; length <= TunnelLimits.MaxDatagram; length += 7)
        {
            var datagram = new byte[length];
            Array.Fill(datagram, (byte)length);
            datagram[0] = (byte)'d';
            world.ClientPort.Send(world.ServerAt, datagram);
            Assert.Equal(datagram, (await world.AtServer.NextAsync()).Datagram);
        }
    }

    [Fact]
    public async Task ServerStops_TunnelEndsAndThatEndpointIsLeftAlone()
    {
        await using var world = await TunnelWorld.StartAsync();
        world.Client.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d1"u8);
        var (from, _) = await world.AtServer.NextAsync();
        await world.Server.DisposeAsync();
        while (world.Client.Count > 0)
            await Task.Yield();
        Assert.Null(world.ServerPort.PathOf(from));
        world.ClientPort.Send(world.ServerAt, "d2"u8);
        // By UDP, as there is no other way now.
        Assert.False(UdpPort.IsVirtual((await world.AtServer.NextAsync()).From));
    }

    [Fact(Timeout = 60_000)]
    public async Task NodeThatAllowsNoStreams_IsGivenUp_AndKeepsNoPlace()
    {
        await using var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        await using var client = TunnelClient.Start(port, null, SystemRandom.Instance, TimeProvider.System);
        port.Start();
        await using var node = new StreamlessNode();
        client.ReportBlocked();
        port.Send(node.Endpoint, "d"u8);
        while (node.Sessions == 0 || node.Open > 0 || client.Count > 0)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        // Left alone for a while, as whoever does not answer.
        port.Send(node.Endpoint, "d"u8);
        Assert.Equal(0, client.Count);
    }

    [Fact]
    public async Task NetworkChanged_UdpIsTriedFirst()
    {
        await using var world = await TunnelWorld.StartAsync();
        world.Client.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d1"u8);
        _ = await world.AtServer.NextAsync();
        world.Client.NetworkChanged();
        Assert.False(world.Client.IsOn);
        world.ClientPort.Send(world.ServerAt, "d2"u8);
        Assert.False(UdpPort.IsVirtual((await world.AtServer.NextAsync()).From));
    }

    [Fact]
    public async Task NearEndpoint_GetsNoTunnel()
    {
        await using var world = await TunnelWorld.StartAsync();
        await world.Client.DisposeAsync();
        await using var near = TunnelClient.Start(world.ClientPort, null, SystemRandom.Instance, TimeProvider.System);
        near.IsNear = _ => true;
        near.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d1"u8);
        Assert.False(UdpPort.IsVirtual((await world.AtServer.NextAsync()).From));
        Assert.Equal(0, near.Count);
    }

    [Fact]
    public async Task MemberOfASwarm_GetsNoTunnelFromAnOutsider()
    {
        using var swarm = new SecretBytes(new byte[32]);
        await using var world = await TunnelWorld.StartAsync(swarm);
        world.Client.ReportBlocked();
        world.ClientPort.Send(world.ServerAt, "d1"u8);
        // The session fails; what is sent after that goes by UDP.
        while (world.AtServer.Count == 0)
        {
            world.ClientPort.Send(world.ServerAt, "d2"u8);
            await Task.Yield();
        }

        Assert.False(UdpPort.IsVirtual((await world.AtServer.NextAsync()).From));
        Assert.Equal(0, world.Server.Count);
    }

    [Fact]
    public async Task LengthThatNoDatagramHas_EndsTheTunnel()
    {
        await using var world = await TunnelWorld.StartAsync();
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var carrier = new Kith.Transport.Tcp.TcpCarrier(new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        var session = await carrier.ConnectAsync([NodeAddress.Tcp(world.ServerAt.ToIPEndPoint())], null, TestContext.Current.CancellationToken);
        var stream = await session.OpenStreamAsync(TunnelLimits.StreamKind, TestContext.Current.CancellationToken);
        await stream.WriteAsync(new byte[] { 0, 2, (byte)'d', 1, 0xff, 0xff });
        Assert.Equal(2, (await world.AtServer.NextAsync()).Datagram.Length);
        await session.Closed;
        while (world.Server.Count > 0)
            await Task.Yield();
    }
}
