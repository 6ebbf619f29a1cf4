using System.Net;
using Kith.Crypto;
using Kith.Transport.Tcp;

namespace Kith.Transport.Tests;

/// <summary>A node with a key of its own that listens on loopback.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private TestNode(X25519PrivateKey key, TcpCarrier carrier, IListener listener)
    {
        Key = key;
        Carrier = carrier;
        Listener = listener;
    }

    public X25519PrivateKey Key { get; }

    public TcpCarrier Carrier { get; }

    public IListener Listener { get; }

    public NodeAddress Address => NodeAddress.Tcp(Listener.LocalEndPoint);

    public static async Task<TestNode> StartAsync(SecretBytes? swarmKey = null, TimeProvider? time = null)
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var carrier = new TcpCarrier(new TransportIdentity(key, swarmKey, SystemRandom.Instance), time ?? TimeProvider.System);
        return new TestNode(key, carrier, await carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0)));
    }

    /// <summary>A session from this node to the other: both ends.</summary>
    public async Task<(ISession Here, ISession There)> ConnectAsync(TestNode other, bool knowsKey = true)
    {
        var here = await Carrier.ConnectAsync([other.Address], knowsKey ? other.Key.PublicKey : null);
        var there = await other.Listener.Sessions.ReadAsync();
        return (here, there);
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        Key.Dispose();
    }
}
