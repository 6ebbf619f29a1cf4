using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Tor;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tests.Tor;

/// <summary>A node with a tor of its own, and an onion service when it has begun one.</summary>
internal sealed class TorPeer : IAsyncDisposable
{
    public const int Port = 4711;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kith-tor");

    public TorPeer(IReadOnlyList<string> lines, Func<TorOptions, TorOptions>? change = null)
    {
        Key = X25519PrivateKey.Generate(SystemRandom.Instance);
        ServiceKey = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var options = new TorOptions { DataDirectory = Path.Combine(_folder.FullName, "tor"), Lines = lines };
        Tor = new TorRun(change?.Invoke(options) ?? options, TimeProvider.System, SystemRandom.Instance);
        Carrier = new TorCarrier(new TransportIdentity(Key, null, SystemRandom.Instance), Tor, TimeProvider.System, SystemRandom.Instance);
        Tor.StateChanged += () =>
        {
            lock (States)
                States.Add(Tor.State);
        };
    }

    public X25519PrivateKey Key { get; }

    public Ed25519PrivateKey ServiceKey { get; }

    public TorRun Tor { get; }

    public TorCarrier Carrier { get; }

    public IListener? Listener { get; private set; }

    public OnionService? Service { get; private set; }

    public List<TorState> States { get; } = [];

    public string DataDirectory => Path.Combine(_folder.FullName, "tor");

    public async Task<OnionService> ServeAsync(params X25519PublicKey[] clients)
    {
        Listener = await Carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        return Service = Tor.Serve(ServiceKey, Port, Listener.LocalEndPoint, clients);
    }

    /// <summary>A session to the other's service: both ends.</summary>
    public async Task<(ISession Here, ISession There)> ConnectAsync(TorPeer other, CancellationToken cancellationToken)
    {
        var here = await Carrier.ConnectAsync([other.Service!.Address], other.Key.PublicKey, cancellationToken);
        return (here, await other.Listener!.Sessions.ReadAsync(cancellationToken));
    }

    /// <summary>A second connection to its tor's control port.</summary>
    public async Task<TorControl> OpenControlAsync(CancellationToken cancellationToken)
    {
        var line = await File.ReadAllTextAsync(Path.Combine(DataDirectory, Torrc.ControlPortFile), cancellationToken);
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(line.Trim()["PORT=".Length..]), cancellationToken);
        var control = new TorControl(client.GetStream(), TimeProvider.System);
        await control.AuthenticateAsync(File.ReadAllBytes, SystemRandom.Instance, cancellationToken);
        return control;
    }

    public async ValueTask DisposeAsync()
    {
        if (Listener is not null)
            await Listener.DisposeAsync();
        await Tor.DisposeAsync();
        Key.Dispose();
        ServiceKey.Dispose();
        _folder.Delete(recursive: true);
    }
}
