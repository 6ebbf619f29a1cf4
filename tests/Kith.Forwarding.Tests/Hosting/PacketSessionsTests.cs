using System.Net;
using Kith.Crypto;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Hosting;

/// <summary>The sessions that packets go out over, over real UDP.</summary>
public sealed class PacketSessionsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<IAsyncDisposable> _parts = [];
    private TransportIdentity _identity = null!;
    private IListener _listener = null!;
    private PacketSessions _sessions = null!;
    private HopAddress _to;

    public async ValueTask InitializeAsync()
    {
        (_identity, var carrier, var port) = Open();
        _listener = await carrier.ListenAsync(port.LocalEndPoints[0]);
        _to = HopAddress.At(Endpoint.From(port.LocalEndPoints[0]), _identity.StaticKey.PublicKey);
        var (identity, caller, _) = Open();
        _sessions = new PacketSessions(new NamelessDialer(caller, identity, TimeProvider.System), static (_, _) => { }, static error => Assert.Fail(error.ToString()), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _sessions.DisposeAsync();
        await _listener.DisposeAsync();
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
    }

    [Fact]
    public async Task Packet_WhoseSessionEnds_GoesOnceMore()
    {
        using var stop = new CancellationTokenSource(Patience);
        _sessions.Send(_to, new byte[] { 1 });
        await using (var first = await AcceptAsync(stop.Token))
        {
            Assert.Equal([1], (await first.Datagrams.ReadAsync(stop.Token)).ToArray());
            _sessions.Send(_to, new byte[] { 2 });
            Assert.Equal([2], (await first.Datagrams.ReadAsync(stop.Token)).ToArray());
            await first.CloseAsync();
        }

        // What waited for the session is not among it: it was the first that this one carried.
        await using (var second = await AcceptAsync(stop.Token))
        {
            Assert.Equal([2], (await second.Datagrams.ReadAsync(stop.Token)).ToArray());
            await second.CloseAsync();
        }

        // And no third time: the next session is made for the next packet.
        _sessions.Send(_to, new byte[] { 3 });
        await using var third = await AcceptAsync(stop.Token);
        Assert.Equal([3], (await third.Datagrams.ReadAsync(stop.Token)).ToArray());
    }

    private async Task<ISession> AcceptAsync(CancellationToken cancellationToken)
    {
        var session = await _listener.Sessions.ReadAsync(cancellationToken);
        await foreach (var stream in session.AcceptStreamsAsync(cancellationToken))
            break;
        return session;
    }

    private (TransportIdentity Identity, UdpCarrier Carrier, UdpPort Port) Open()
    {
        var identity = new TransportIdentity(X25519PrivateKey.Generate(SystemRandom.Instance), null, SystemRandom.Instance);
        var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        var carrier = new UdpCarrier(port, identity, TimeProvider.System);
        port.Start();
        _parts.Add(port);
        _parts.Add(carrier);
        return (identity, carrier, port);
    }
}
