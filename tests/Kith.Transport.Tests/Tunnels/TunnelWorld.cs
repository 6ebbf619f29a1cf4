using System.Net;
using Kith.Crypto;
using Kith.Transport.Tcp;
using Kith.Transport.Tests.Udp;
using Kith.Transport.Tunnels;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Tunnels;

/// <summary>A node that takes tunnels, and one whose UDP somebody says is blocked, on loopback.</summary>
internal sealed class TunnelWorld : IAsyncDisposable
{
    private readonly TcpCarrier _carrier;
    private readonly X25519PrivateKey _key;
    private readonly IListener _listener;
    private readonly Task _accepting;
    private readonly SessionTakers _takers = new();

    private TunnelWorld(X25519PrivateKey key, TcpCarrier carrier, IListener listener, UdpPort serverPort, SecretBytes? clientsSwarm)
    {
        (_key, _carrier, _listener, ServerPort) = (key, carrier, listener, serverPort);
        Server = new TunnelServer(ServerPort, TimeProvider.System);
        _takers.Register(TunnelLimits.StreamKind, Server);
        ServerPort.Register((byte)'d', AtServer);
        ClientPort.Register((byte)'d', AtClient);
        ServerPort.Start();
        ClientPort.Start();
        Client = TunnelClient.Start(ClientPort, clientsSwarm, SystemRandom.Instance, TimeProvider.System);
        _accepting = AcceptAsync();
    }

    public UdpPort ServerPort { get; }

    public TunnelServer Server { get; }

    public RecordingTaker AtServer { get; } = new();

    public UdpPort ClientPort { get; } = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);

    public TunnelClient Client { get; }

    public RecordingTaker AtClient { get; } = new();

    public Endpoint ServerAt => Endpoint.From(_listener.LocalEndPoint);

    /// <summary>Sessions that nobody took.</summary>
    public int Refused { get; private set; }

    public static async Task<TunnelWorld> StartAsync(SecretBytes? clientsSwarm = null)
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var carrier = new TcpCarrier(new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        for (var tries = 0; ; tries++)
        {
            var listener = await carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                return new TunnelWorld(key, carrier, listener, UdpPort.Open([IPAddress.Loopback], listener.LocalEndPoint.Port, TimeProvider.System), clientsSwarm);
            }
            catch (System.Net.Sockets.SocketException) when (tries < 8)
            {
                await listener.DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await ClientPort.DisposeAsync();
        await _listener.DisposeAsync();
        await _accepting;
        await Server.DisposeAsync();
        await ServerPort.DisposeAsync();
        _key.Dispose();
    }

    private async Task AcceptAsync()
    {
        var handed = new List<Task>();
        await foreach (var session in _listener.Sessions.ReadAllAsync())
            handed.Add(HandAsync(session));
        await Task.WhenAll(handed);
    }

    private async Task HandAsync(ISession session)
    {
        await foreach (var first in session.AcceptStreamsAsync())
        {
            if (_takers.TryTake(session, first))
                return;
            Refused++;
            break;
        }

        await session.CloseAsync();
    }
}
