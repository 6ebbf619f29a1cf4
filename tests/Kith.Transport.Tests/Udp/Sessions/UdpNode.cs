using System.Net;
using Kith.Crypto;
using Kith.Transport.Connections;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp.Sessions;

/// <summary>A node with a key and a UDP port of its own on loopback.</summary>
internal sealed class UdpNode : IAsyncDisposable
{
    private UdpNode(X25519PrivateKey key, UdpPort port, UdpCarrier carrier, IListener? listener) => (Key, Port, Carrier, Listener) = (key, port, carrier, listener!);

    public X25519PrivateKey Key { get; }

    public UdpPort Port { get; }

    public UdpCarrier Carrier { get; }

    public IListener Listener { get; }

    public NodeAddress Address => NodeAddress.Udp(Port.LocalEndPoints[0]);

    public Endpoint Endpoint => Endpoint.From(Port.LocalEndPoints[0]);

    public static async Task<UdpNode> StartAsync(SecretBytes? swarmKey = null, bool listens = true, ConnectionOptions? options = null, IPAddress? address = null, TimeProvider? time = null)
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var port = UdpPort.Open([address ?? IPAddress.Loopback], 0, time ?? TimeProvider.System);
        var carrier = new UdpCarrier(port, new TransportIdentity(key, swarmKey, SystemRandom.Instance), time ?? TimeProvider.System, options ?? ConnectionOptions.Default);
        var listener = listens ? await carrier.ListenAsync(port.LocalEndPoints[0]) : null;
        port.Start();
        return new UdpNode(key, port, carrier, listener);
    }

    /// <summary>A session from this node to the other: both ends.</summary>
    public async Task<(ISession Here, ISession There)> ConnectAsync(UdpNode other, bool knowsKey = true)
    {
        var here = await Carrier.ConnectAsync([other.Address], knowsKey ? other.Key.PublicKey : null);
        return (here, await other.Listener.Sessions.ReadAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (Listener is not null)
            await Listener.DisposeAsync();
        await Carrier.DisposeAsync();
        await Port.DisposeAsync();
        Key.Dispose();
    }
}
