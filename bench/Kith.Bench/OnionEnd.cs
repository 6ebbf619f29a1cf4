using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Tor;

namespace Kith.Bench;

/// <summary>One of two nodes in the private Tor network: a tor of its own, and an onion service with two ports, one for sessions and one where a bare echo can listen.</summary>
internal sealed class OnionEnd : IAsyncDisposable
{
    public const int SessionPort = 1;
    public const int BarePort = 2;

    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly Ed25519PrivateKey _serviceKey = Ed25519PrivateKey.Generate(SystemRandom.Instance);

    private OnionEnd(string folder)
    {
        var options = new TorOptions { DataDirectory = Path.Combine(folder, "tor"), Lines = File.ReadAllLines(Path.Combine(folder, "client.torrc")) };
        Tor = new TorRun(options, TimeProvider.System, SystemRandom.Instance);
        Carrier = new TorCarrier(new TransportIdentity(_key, null, SystemRandom.Instance), Tor, TimeProvider.System, SystemRandom.Instance);
    }

    public TorRun Tor { get; }

    public TorCarrier Carrier { get; }

    public IListener Listener { get; private set; } = null!;

    public OnionService Service { get; private set; } = null!;

    public X25519PublicKey Key => _key.PublicKey;

    /// <summary>Starts its tor, and gives it the service at once, as a node does.</summary>
    /// <param name="folder">For its tor; holds client.torrc.</param>
    /// <param name="bare">Where the bare echo listens.</param>
    public static async Task<OnionEnd> StartAsync(string folder, IPEndPoint bare)
    {
        var end = new OnionEnd(folder);
        end.Listener = await end.Carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        end.Service = end.Tor.Serve(end._serviceKey, [(SessionPort, end.Listener.LocalEndPoint), (BarePort, bare)], []);
        end.Tor.Start();
        return end;
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await Tor.DisposeAsync();
        _key.Dispose();
        _serviceKey.Dispose();
    }
}
