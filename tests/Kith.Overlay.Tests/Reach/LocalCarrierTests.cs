using System.Net;
using Kith.Crypto;
using Kith.LocalSwarm;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

/// <summary>Real sessions over real sockets on 127.0.0.1, with nothing known of the other but an introducer.</summary>
public sealed class LocalCarrierTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SessionByIntroducerAlone_IsDirect()
    {
        await using var introducer = LocalNode.Start(null);
        await using var caller = await Peer.StartAsync(introducer);
        await using var called = await Peer.StartAsync(introducer);
        Peer.Befriend(caller, called);
        var listener = await called.Carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancellation);
        await using var session = await caller.Carrier.ConnectAsync(called.Via, called.Key.PublicKey, Cancellation);
        Assert.Equal(called.Key.PublicKey, session.RemoteKey);
        Assert.Equal(PathKind.Direct, session.Path.Kind);
        await using var incoming = await listener.Sessions.ReadAsync(Cancellation);
        Assert.Equal(caller.Key.PublicKey, incoming.RemoteKey);
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task SessionThatBeganOnARelay_GoesDirect()
    {
        await using var introducer = LocalNode.Start(null);
        introducer.Overlay.SetRelay(RelayConsent.Serve);
        await using var caller = await Peer.StartAsync(introducer, RelayConsent.Use);
        await using var called = await Peer.StartAsync(introducer, RelayConsent.Use);
        Peer.Befriend(caller, called);
        var listener = await called.Carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancellation);
        await using var session = await caller.Carrier.ConnectAsync(called.Via, called.Key.PublicKey, Cancellation);
        var direct = new TaskCompletionSource();
        void Look()
        {
            if (session.Path.Kind == PathKind.Direct)
                direct.TrySetResult();
        }

        session.PathChanged += Look;
        Look();
        await direct.Task.WaitAsync(TimeSpan.FromSeconds(90), Cancellation);
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task NobodyUnderTheHandle_IsSaidInPlainWords()
    {
        await using var introducer = LocalNode.Start(null);
        await using var caller = await Peer.StartAsync(introducer);
        var nobody = NodeAddress.Via(introducer.Endpoint.ToIPEndPoint(), new NodeHandle(new Bits128(0, 1)));
        var error = await Assert.ThrowsAsync<SessionException>(() => caller.Carrier.ConnectAsync([nobody], caller.Key.PublicKey, Cancellation));
        Assert.Contains("introduce", error.Close.Reason, StringComparison.Ordinal);
    }

    private sealed class Peer : IAsyncDisposable
    {
        private readonly LocalNode _node;
        private readonly UdpCarrier _udp;

        private Peer(LocalNode introducer, X25519PrivateKey key)
        {
            Key = key;
            var identity = new TransportIdentity(key, null, SystemRandom.Instance);
            _node = LocalNode.Start(introducer.Endpoint, new OverlayOptions { Identity = identity });
            _udp = new UdpCarrier(_node.Port, identity, TimeProvider.System);
            Carrier = new ReachCarrier(new UdpReachDialer(_udp), _node.Overlay, () => OwnNetworks.Loopback, TimeProvider.System);
        }

        public X25519PrivateKey Key { get; }

        public ReachCarrier Carrier { get; }

        public IReadOnlyList<NodeAddress> Via => [.. _node.Overlay.View.Via.Select(text => NodeAddress.TryParse(text, out var via) ? via! : throw new FormatException(text))];

        public static async Task<Peer> StartAsync(LocalNode introducer, RelayConsent consent = RelayConsent.Off)
        {
            var peer = new Peer(introducer, X25519PrivateKey.Generate(SystemRandom.Instance));
            peer._node.Overlay.SetRelay(consent);
            await peer._node.UntilAsync(view => view.Via.Count > 0);
            return peer;
        }

        public static void Befriend(Peer one, Peer other)
        {
            one._node.Overlay.Reach.SetContacts([other.Key.PublicKey]);
            other._node.Overlay.Reach.SetContacts([one.Key.PublicKey]);
        }

        public async ValueTask DisposeAsync()
        {
            await Carrier.DisposeAsync();
            await _udp.DisposeAsync();
            await _node.DisposeAsync();
            Key.Dispose();
        }
    }
}
