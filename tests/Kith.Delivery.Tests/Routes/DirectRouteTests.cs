using System.Net;
using Kith.Crypto;
using Kith.Delivery.Routes;
using Kith.Transport;

namespace Kith.Delivery.Tests.Routes;

public sealed class DirectRouteTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task MachineLostItsAddress_SessionsOnItEndAtOnceAndAreMadeAnew()
    {
        await using var alice = await RouteNode.StartAsync();
        await using var bob = await RouteNode.StartAsync();
        bob.Want(alice, withAddress: false);
        alice.Want(bob);
        var first = (await alice.NextAsync<PeerInput.PeerUp>()).Session;
        alice.Route.NetworkChanged(new HashSet<IPAddress> { IPAddress.Loopback });
        Assert.NotNull(alice.Route.SessionOf(bob.Account));
        alice.Route.NetworkChanged(new HashSet<IPAddress>());
        await alice.NextAsync<PeerInput.PeerDown>();
        Assert.NotEqual(first.Id, (await alice.NextAsync<PeerInput.PeerUp>()).Session.Id);
    }

    [Fact]
    public async Task BothWantEachOther_EnvelopesGoBothWays()
    {
        await using var alice = await RouteNode.StartAsync();
        await using var bob = await RouteNode.StartAsync();
        alice.Want(bob);
        bob.Want(alice);
        var up = await alice.NextAsync<PeerInput.PeerUp>();
        var there = await bob.NextAsync<PeerInput.PeerUp>();
        Assert.Equal(bob.Account, up.Peer);
        Assert.Equal(bob.Key, up.Session.RemoteKey);

        Assert.Equal(2, alice.Route.Send(bob.Account, [new byte[] { 1 }, new byte[] { 2 }]));
        var received = await bob.NextAsync<PeerInput.EnvelopesReceived>();
        Assert.Equal(1, received.Envelopes[0].Span[0]);
        Assert.Equal(alice.Key.ToArray(), received.Session.RemoteKeyBytes.ToArray());
        Assert.Equal(1, bob.Route.Send(alice.Account, [new byte[] { 3 }]));
        Assert.Equal(3, (await alice.NextAsync<PeerInput.EnvelopesReceived>()).Envelopes[0].Span[0]);
        Assert.NotNull(there);
    }

    [Fact]
    public async Task Session_HasTheSameHandshakeHashAtBothEnds()
    {
        await using var alice = await RouteNode.StartAsync();
        await using var bob = await RouteNode.StartAsync();
        alice.Want(bob);
        var up = await alice.NextAsync<PeerInput.PeerUp>();
        Assert.True(up.Session.TrySendBundleRequest(new byte[] { 9 }));
        var request = await bob.NextAsync<PeerInput.BundleRequested>();
        Assert.Equal(up.Session.HandshakeHash.ToArray(), request.Session.HandshakeHash.ToArray());
        Assert.Equal(32, request.Session.HandshakeHash.Length);
        Assert.True(request.Session.TrySendBundle(new byte[] { 8 }));
        Assert.Equal(8, (await alice.NextAsync<PeerInput.BundleReceived>()).Body.Span[0]);
    }

    [Fact]
    public async Task StrangerThatBecomesAContact_IsUpOnTheSessionThatItMade()
    {
        await using var alice = await RouteNode.StartAsync();
        await using var bob = await RouteNode.StartAsync();
        alice.Want(bob);
        var here = await alice.NextAsync<PeerInput.PeerUp>();
        Assert.True(here.Session.TrySendBundleRequest(new byte[] { 1 }));
        var request = await bob.NextAsync<PeerInput.BundleRequested>();
        Assert.Null(bob.Route.SessionOf(alice.Account));
        Assert.Null(Assert.Single(bob.Route.Peers()).Peer);
        bob.Want(alice, withAddress: false);
        var up = await bob.NextAsync<PeerInput.PeerUp>();
        Assert.Same(request.Session, up.Session);
        Assert.Equal(alice.Account, Assert.Single(bob.Route.Peers()).Peer);
        Assert.Equal(1, bob.Route.Send(alice.Account, [new byte[] { 3 }]));
        await alice.NextAsync<PeerInput.EnvelopesReceived>();
    }

    [Fact]
    public async Task Unwanted_SessionEndsAndBothAreTold()
    {
        await using var alice = await RouteNode.StartAsync();
        await using var bob = await RouteNode.StartAsync();
        alice.Want(bob);
        bob.Want(alice, withAddress: false);
        await alice.NextAsync<PeerInput.PeerUp>();
        await bob.NextAsync<PeerInput.PeerUp>();
        bob.Route.Unwant(alice.Account);
        Assert.Equal(alice.Account, (await bob.NextAsync<PeerInput.PeerDown>()).Peer);
        Assert.Equal(bob.Account, (await alice.NextAsync<PeerInput.PeerDown>()).Peer);
        Assert.Equal(0, bob.Route.Send(alice.Account, [new byte[] { 3 }]));
    }

    [Fact]
    public async Task PeerThatComesBack_IsUpAgain()
    {
        await using var alice = await RouteNode.StartAsync();
        var bob = await RouteNode.StartAsync();
        await using (bob)
        {
            bob.Want(alice);
            alice.Want(bob, withAddress: false);
            await alice.NextAsync<PeerInput.PeerUp>();
        }

        await alice.NextAsync<PeerInput.PeerDown>();
        Assert.Null(alice.Route.SessionOf(bob.Account));
    }

    [Fact]
    public async Task SinkIsFull_NothingIsLostAndOrderIsKept()
    {
        await using var alice = await RouteNode.StartAsync();
        await using var bob = await RouteNode.StartAsync(capacity: 1);
        alice.Want(bob);
        bob.Want(alice, withAddress: false);
        await alice.NextAsync<PeerInput.PeerUp>();
        await bob.NextAsync<PeerInput.PeerUp>();
        const int All = 4000;
        var sent = 0;
        var received = 0;
        while (received < All)
        {
            while (sent < All && alice.Route.Send(bob.Account, [Numbered(sent)]) == 1)
                sent++;
            foreach (var envelope in (await bob.NextAsync<PeerInput.EnvelopesReceived>()).Envelopes)
                Assert.Equal(received++, BitConverter.ToInt32(envelope.Span));
        }
    }

    [Fact]
    public async Task StrangerThatSendsTooMuch_IsShutOut()
    {
        await using var bob = await RouteNode.StartAsync();
        await using var session = await StrangerAsync(bob);
        var stream = await session.OpenStreamAsync(PeerProtocol.StreamKind);
        for (var i = 0; i <= PeerProtocol.MaxStrangerFrames; i++)
            await stream.Output.WriteAsync(new byte[] { 60, 0 });
        await AssertClosedAsync(session, PeerErrorCode.TooMuch);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0 }, PeerErrorCode.FrameEncoding)]
    [InlineData(new byte[] { 1, 0x80, 2, 0, 1 }, PeerErrorCode.FrameTooLarge)]
    [InlineData(new byte[] { 2, 0x60, 1 }, PeerErrorCode.FrameTooLarge)]
    public async Task FrameThatBreaksARule_EndsTheSessionWithItsCode(byte[] bytes, PeerErrorCode expected)
    {
        await using var bob = await RouteNode.StartAsync();
        await using var session = await StrangerAsync(bob);
        var stream = await session.OpenStreamAsync(PeerProtocol.StreamKind);
        await stream.Output.WriteAsync(bytes);
        await AssertClosedAsync(session, expected);
    }

    [Fact]
    public async Task SecondPeerStream_EndsTheSession()
    {
        await using var bob = await RouteNode.StartAsync();
        await using var session = await StrangerAsync(bob);
        await session.OpenStreamAsync(PeerProtocol.StreamKind);
        await session.OpenStreamAsync(PeerProtocol.StreamKind);
        await AssertClosedAsync(session, PeerErrorCode.StreamMisuse);
    }

    [Fact]
    public async Task UnknownFrameAndUnknownStream_AreSkipped()
    {
        await using var bob = await RouteNode.StartAsync();
        await using var session = await StrangerAsync(bob);
        var odd = await session.OpenStreamAsync(new StreamKind(900));
        await Assert.ThrowsAsync<StreamException>(async () => await odd.Input.ReadAsync());
        var stream = await session.OpenStreamAsync(PeerProtocol.StreamKind);
        await stream.Output.WriteAsync(new byte[] { 60, 2, 9, 9, 1, 1, 5 });
        Assert.Equal(5, (await bob.NextAsync<PeerInput.EnvelopesReceived>()).Envelopes[0].Span[0]);
    }

    [Fact]
    public async Task TooManyBundleRequests_AreIgnored()
    {
        await using var bob = await RouteNode.StartAsync();
        await using var session = await StrangerAsync(bob);
        var stream = await session.OpenStreamAsync(PeerProtocol.StreamKind);
        for (byte i = 0; i < PeerProtocol.BundleBurst + 3; i++)
            await stream.Output.WriteAsync(new byte[] { 2, 1, i });
        await stream.Output.WriteAsync(new byte[] { 1, 1, 5 });
        for (byte i = 0; i < PeerProtocol.BundleBurst; i++)
            Assert.Equal(i, (await bob.NextAsync<PeerInput.BundleRequested>()).Body.Span[0]);
        Assert.Equal(5, (await bob.NextAsync<PeerInput.EnvelopesReceived>()).Envelopes[0].Span[0]);
    }

    private static byte[] Numbered(int number)
    {
        var envelope = new byte[512];
        BitConverter.TryWriteBytes(envelope, number);
        return envelope;
    }

    private static async Task<ISession> StrangerAsync(RouteNode node)
    {
        var carrier = new Kith.Transport.Tcp.TcpCarrier(
            new TransportIdentity(X25519PrivateKey.Generate(SystemRandom.Instance), null, SystemRandom.Instance), TimeProvider.System);
        Assert.True(NodeAddress.TryParse(node.Address, out var address));
        return await carrier.ConnectAsync([address!], node.Key);
    }

    private static async Task AssertClosedAsync(ISession session, PeerErrorCode expected)
    {
        var close = await session.Closed.WaitAsync(Patience);
        Assert.Equal(((SessionErrorCode)expected, true), (close.Code, close.ByRemote));
    }
}
