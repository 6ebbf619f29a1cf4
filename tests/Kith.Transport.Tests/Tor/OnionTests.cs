using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Tor;
using Kith.Transport.Tor.Control;
using Kith.Transport.Tor.Socks;

namespace Kith.Transport.Tests.Tor;

/// <summary>Debian's tor in a private Tor network on loopback: one network and two nodes for all of these tests and those of bridges, since the network takes half a minute to come up.</summary>
[Collection(OneTorNetwork.Name)]
public sealed class OnionTests(OnionTests.World world)
{
    private const int Patience = 240_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task TwoServices_CarryASessionBothWays()
    {
        var (here, there) = await world.Alice.ConnectAsync(world.Bob, Stop);
        Assert.Equal("onion", here.Carrier);
        Assert.Equal(PathKind.Onion, here.Path.Kind);
        Assert.Equal(PathKind.Onion, there.Path.Kind);
        // Nothing of where either is: Tor's own ports on this machine say nothing about the other node.
        Assert.Null(here.RemoteEndPoint);
        Assert.Null(there.RemoteEndPoint);
        Assert.Equal("", there.Path.Address);
        Assert.Equal(world.Alice.Key.PublicKey, there.RemoteKey);
        var request = await here.OpenStreamAsync(StreamIo.Kind, Stop);
        await request.WriteAsync(StreamIo.Bytes(100_000));
        var accepted = await there.AcceptAsync();
        Assert.Equal(StreamIo.Bytes(100_000), await accepted.ReadExactlyAsync(100_000));
        await accepted.WriteAsync(StreamIo.Bytes(1_000, 2));
        Assert.Equal(StreamIo.Bytes(1_000, 2), await request.ReadExactlyAsync(1_000));
        await here.DisposeAsync();
        Assert.True((await there.Closed).ByRemote);
        // And the other way: Bob's tor calls Alice's service.
        var (back, atAlice) = await world.Bob.ConnectAsync(world.Alice, Stop);
        Assert.Equal(world.Bob.Key.PublicKey, atAlice.RemoteKey);
        await back.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task CallsToTwoContacts_NeverShareACircuit()
    {
        var service = world.Bob.Service!;
        var one = world.Alice.Carrier.IsolationOf(service.Address, world.Bob.Key.PublicKey);
        var two = world.Alice.Carrier.IsolationOf(service.Address, world.Alice.Key.PublicKey);
        Assert.NotEqual(one, world.Alice.Carrier.IsolationOf(service.Address, world.Bob.Key.PublicKey, world.Bob.Key.PublicKey));
        Assert.NotEqual(world.Alice.Carrier.IsolationOf(service.Address, null), world.Alice.Carrier.IsolationOf(service.Address, null, world.Bob.Key.PublicKey));
        Assert.NotEqual(one, two);
        using var first = await DialAsync(one);
        using var again = await DialAsync(one);
        using var other = await DialAsync(two);
        await using var control = await world.Alice.OpenControlAsync(Stop);
        var streams = await control.DoAsync("GETINFO stream-status", Stop);
        // "ID SUCCEEDED CIRCUIT TARGET …"; one line is on the line of the key, more are a block.
        var circuits = streams.Lines.Select(line => line.Split(' ')).Where(words => words.Length > 3 && words[3].StartsWith(service.Service.ToString(), StringComparison.Ordinal)).Select(words => words[2]).ToArray();
        Assert.Equal(3, circuits.Length);
        Assert.Equal(2, circuits.Distinct().Count());

        Task<Socket> DialAsync(string isolation) => SocksDial.ConnectAsync(world.Alice.Tor.Socks!, service.Service + OnionAddress.Suffix, service.Port, isolation, null, Stop);
    }

    [Fact(Timeout = Patience)]
    public async Task ServiceWithClients_LetsInWhomItKnowsAndNobodyElse()
    {
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        using var mine = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var wrong = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var listener = await world.Bob.Carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), Stop);
        using var service = world.Bob.Tor.Serve(key, TorPeer.Port, listener.LocalEndPoint, [mine.PublicKey]);
        await service.WaitPublishedAsync(Stop);

        var refused = await Assert.ThrowsAsync<SessionException>(() => CallAsync(service));
        Assert.Contains("we have no key", refused.Message, StringComparison.Ordinal);
        await world.Alice.Tor.SetClientKeyAsync(service.Service, wrong, Stop);
        refused = await Assert.ThrowsAsync<SessionException>(() => CallAsync(service));
        Assert.Contains("our key is not one of theirs", refused.Message, StringComparison.Ordinal);
        await world.Alice.Tor.SetClientKeyAsync(service.Service, mine, Stop);
        var session = await CallAsync(service);
        var there = await listener.Sessions.ReadAsync(Stop);

        // A call that brings its key along needs no other; and somebody else's wrong key for this service takes nothing away from it.
        var withKey = NodeAddress.Onion(service.Service, service.Port, mine);
        var withWrongKey = NodeAddress.Onion(service.Service, service.Port, wrong);
        Assert.True(world.Alice.Tor.SetClientKey(service.Service, null));
        var calls = await Task.WhenAll(((NodeAddress[])[withWrongKey, withKey, withWrongKey]).Select(async address =>
        {
            try
            {
                await using var one = await world.Alice.Carrier.ConnectAsync([address], world.Bob.Key.PublicKey, Stop);
                await using var other = await listener.Sessions.ReadAsync(Stop);
                return true;
            }
            catch (SessionException)
            {
                return false;
            }
        }));
        Assert.True(calls[1]);

        // One more is let in: nobody notices.
        service.SetClients([mine.PublicKey, wrong.PublicKey]);
        await service.WaitPublishedAsync(Stop);
        var request = await session.OpenStreamAsync(StreamIo.Kind, Stop);
        await request.WriteAsync(StreamIo.Bytes(100));
        Assert.Equal(StreamIo.Bytes(100), await (await there.AcceptAsync()).ReadExactlyAsync(100));

        // Closed, Tor does not have it; open again, all is as before.
        service.SetClients(null);
        while (service.Phase != OnionPhase.Closed)
            await Task.Delay(20, Stop);
        await session.Closed.WaitAsync(Stop);
        service.SetClients([mine.PublicKey, wrong.PublicKey]);
        await service.WaitPublishedAsync(Stop);
        world.Alice.Tor.LookAgain();
        session = await world.Alice.Carrier.ConnectAsync([withKey], world.Bob.Key.PublicKey, Stop);
        there = await listener.Sessions.ReadAsync(Stop);

        // Alice is no client any more: her session ends, and the circuit that she has brings her no other.
        service.SetClients([wrong.PublicKey]);
        await service.WaitPublishedAsync(Stop);
        await there.Closed.WaitAsync(Stop);
        await session.Closed.WaitAsync(Stop);
        await Assert.ThrowsAsync<SessionException>(() => CallAsync(service));
    }

    [Fact(Timeout = Patience)]
    public async Task ServiceWithAsManyClientsAsItTakes_IsPublishedAndLetsTheLastOneIn()
    {
        var clients = Enumerable.Range(0, TorLimits.MaxClients).Select(_ => X25519PrivateKey.Generate(SystemRandom.Instance)).ToArray();
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        await using var listener = await world.Bob.Carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), Stop);
        using var service = world.Bob.Tor.Serve(key, TorPeer.Port, listener.LocalEndPoint, [.. clients.Select(client => client.PublicKey)]);
        await service.WaitPublishedAsync(Stop);
        world.Alice.Tor.SetClientKey(service.Service, clients[^1]);
        await using var session = await CallAsync(service);
        Assert.Equal(world.Bob.Key.PublicKey, session.RemoteKey);
        Assert.Throws<ArgumentException>(() => service.SetClients([.. clients.Select(client => client.PublicKey), world.Alice.Key.PublicKey]));
        foreach (var client in clients)
            client.Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task TorKilled_IsStartedAgainWithItsServices()
    {
        var bob = world.Bob;
        var (here, there) = await world.Alice.ConnectAsync(bob, Stop);
        var id = bob.Tor.ProcessId!.Value;
        using (var tor = Process.GetProcessById(id))
            tor.Kill();
        // The end of a stream through a tor that was killed is seen by both.
        await here.Closed.WaitAsync(Stop);
        await there.Closed.WaitAsync(Stop);
        // It is ready again only once it has been gone.
        while (bob.Tor.ProcessId is not { } now || now == id)
            await Task.Delay(20, Stop);
        await bob.Service!.WaitPublishedAsync(Stop);
        await bob.Tor.WaitReadyAsync(Stop);
        Assert.Contains(bob.States, state => state is { Phase: TorPhase.Restarting, RetryAt: not null, Problem: not null });
        var (back, _) = await world.Alice.ConnectAsync(bob, Stop);
        await back.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task ServiceOfNobody_IsRefusedInWords()
    {
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var nobody = NodeAddress.Onion(OnionAddress.Of(key.PublicKey), TorPeer.Port);
        var refused = await Assert.ThrowsAsync<SessionException>(() => world.Alice.Carrier.ConnectAsync([nobody], null, Stop));
        Assert.Equal(SessionErrorCode.Unreachable, refused.Code);
        Assert.Contains("not known to Tor's directories", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task AnythingButAnOnionService_IsRefusedByTorItself()
    {
        // Whatever asks this tor for an address or a name of the internet: not one packet of it leaves.
        foreach (var host in (string[])["example.org", "127.0.0.1"])
        {
            var refused = await Assert.ThrowsAsync<SessionException>(() => SocksDial.ConnectAsync(world.Alice.Tor.Socks!, host, 80, "anybody", null, Stop));
            Assert.Equal(SessionErrorCode.Unreachable, refused.Code);
            Assert.Contains("refuses such connections", refused.Message, StringComparison.Ordinal);
        }
    }

    private Task<ISession> CallAsync(OnionService service) => world.Alice.Carrier.ConnectAsync([service.Address], world.Bob.Key.PublicKey, Stop);

    /// <summary>The network, and two nodes with services.</summary>
    public sealed class World : IAsyncLifetime
    {
        private TorNetwork? _network;
        private TorPeer? _alice;
        private TorPeer? _bob;

        internal TorNetwork Network => _network!;

        internal TorPeer Alice => _alice!;

        internal TorPeer Bob => _bob!;

        public async ValueTask InitializeAsync()
        {
            _network = await TorNetwork.StartAsync();
            _alice = new TorPeer(_network.ClientLines);
            _bob = new TorPeer(_network.ClientLines);
            foreach (var peer in (TorPeer[])[_alice, _bob])
            {
                await peer.ServeAsync();
                peer.Tor.Start();
            }

            await _alice.Service!.WaitPublishedAsync();
            await _bob.Service!.WaitPublishedAsync();
            await _alice.Tor.WaitReadyAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (_alice is not null)
                await _alice.DisposeAsync();
            if (_bob is not null)
                await _bob.DisposeAsync();
            if (_network is not null)
                await _network.DisposeAsync();
        }
    }
}
