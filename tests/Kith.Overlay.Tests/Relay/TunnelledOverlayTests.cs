using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Transport.Tcp;
using Kith.Transport.Tunnels;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>An overlay whose UDP is blocked, over real sockets on loopback: everything works over tunnels, and a circuit through the node at the other end of one.</summary>
public sealed class TunnelledOverlayTests : IAsyncLifetime
{
    private static readonly byte[] Handle = "handlehandlehand"u8.ToArray();
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly SessionTakers _takers = new();
    private readonly CircuitNode _server;
    private readonly CircuitNode _blocked = new();
    private readonly TunnelServer _tunnels;
    private readonly IListener _listener;
    private readonly Task _accepting;

    public TunnelledOverlayTests()
    {
        var carrier = new TcpCarrier(new TransportIdentity(_key, null, SystemRandom.Instance), TimeProvider.System);
        for (var tries = 0; ; tries++)
        {
            _server = new CircuitNode();
            try
            {
                // The number of the UDP port, as a node's is.
                _listener = carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, _server.At.Port)).GetAwaiter().GetResult();
                break;
            }
            catch (SocketException) when (tries < 8)
            {
                // Somebody has it for TCP.
            }
        }

        _tunnels = new TunnelServer(_server.Port, TimeProvider.System);
        _takers.Register(TunnelLimits.StreamKind, _tunnels);
        _accepting = AcceptAsync();
    }

    public ValueTask InitializeAsync()
    {
        var client = _blocked.Overlay.Tunnels!;
        client.IsNear = null;
        client.ReportBlocked();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _blocked.DisposeAsync();
        await _listener.DisposeAsync();
        await _accepting;
        await _tunnels.DisposeAsync();
        await _server.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task WaysIn_AreFoundByATunnel_AndTheMadeUpAddressIsNoVote()
    {
        _blocked.Overlay.Suggest([_server.At.ToString()]);
        while (_blocked.Overlay.View.Peers.Count == 0)
            await Task.Yield();
        var view = _blocked.Overlay.View;
        Assert.Equal(_server.At, Assert.Single(view.Peers).Address);
        Assert.True(_blocked.Overlay.IsUdpBlocked);
        Assert.Null(view.Wan);
        Assert.Empty(view.Votes);
        Assert.Equal(Kith.Overlay.Nat.NatKind.Blocked, view.Nat.Kind);
        Assert.Equal(0, _server.Port.BytesIn);
        while (_server.Overlay.View.Peers.Count == 0)
            await Task.Yield();
        Assert.True(UdpPort.IsVirtual(Assert.Single(_server.Overlay.View.Peers).Address));
    }

    [Fact]
    public async Task NodeBehindATunnel_IsReachedThroughTheRelayAtItsOtherEnd()
    {
        await using var caller = new CircuitNode();
        _blocked.Overlay.Suggest([_server.At.ToString()]);
        while (_server.Overlay.View.Peers.Count == 0)
            await Task.Yield();
        _server.Registered[Convert.ToHexString(Handle)] = new RelayRegistrant(_server.Overlay.View.Peers.Single().Address, true);
        _blocked.Introducers.Add(_server.At);
        _server.Overlay.SetRelay(RelayConsent.Serve);
        _blocked.Overlay.SetRelay(RelayConsent.Use);
        caller.Overlay.SetRelay(RelayConsent.Use);

        var circuit = await caller.Overlay.OpenCircuitAsync(_server.At, Handle, TestContext.Current.CancellationToken);
        Assert.Equal(RelayRefusal.None, circuit.Refusal);
        while (_blocked.Overlay.View.Relay.Used == 0)
            await Task.Yield();
        caller.Port.Send(circuit.Path!.Value, [0xc0, 1, 2]);
        var (from, packet) = await _blocked.Taker.NextAsync();
        Assert.Equal([0xc0, 1, 2], packet);
        Assert.Equal(PathKind.Relay, _blocked.Port.PathOf(from)?.Kind);
        _blocked.Port.Send(from, [0xc0, 3]);
        Assert.Equal([0xc0, 3], (await caller.Taker.NextAsync()).Datagram);
    }

    private async Task AcceptAsync()
    {
        await foreach (var session in _listener.Sessions.ReadAllAsync())
        {
            await foreach (var first in session.AcceptStreamsAsync())
            {
                Assert.True(_takers.TryTake(session, first));
                break;
            }
        }
    }
}
