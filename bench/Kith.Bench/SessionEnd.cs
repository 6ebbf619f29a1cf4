using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Tcp;
using Kith.Transport.Udp;

namespace Kith.Bench;

/// <summary>A session to a second process over a carrier, "tcp" or "udp".</summary>
internal sealed class SessionEnd : IAsyncDisposable
{
    private readonly ChildProcess? _child;
    private readonly X25519PrivateKey _key;

    private SessionEnd(ChildProcess? child, X25519PrivateKey key, ISession session) => (_child, _key, Session) = (child, key, session);

    public ISession Session { get; }

    /// <summary>Starts the second process on loopback and connects to it.</summary>
    public static async Task<SessionEnd> ConnectAsync(string childName, string carrierName)
    {
        var child = ChildProcess.Start(childName, carrierName, "127.0.0.1");
        var line = (await child.ReadLineAsync()).Split(' ');
        return await ConnectAsync(child, carrierName, IPAddress.Loopback, line[0], line[1]);
    }

    /// <summary>Connects from an address of this machine's to one that was printed with its key.</summary>
    public static async Task<SessionEnd> ConnectAsync(ChildProcess? child, string carrierName, IPAddress local, string addressText, string keyText)
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        if (!NodeAddress.TryParse(addressText, out var address) || !X25519PublicKey.TryParse(Convert.FromHexString(keyText), out var peer))
            throw new InvalidOperationException("the second process gave no address and key");
        return new SessionEnd(child, key, await Carrier(carrierName, local, key).ConnectAsync([address!], peer));
    }

    /// <summary>The second process: prints its address and key, and does the work with the first stream of the first session.</summary>
    public static async Task<int> ServeAsync(string carrierName, IPAddress local, Func<IStream, Task> work)
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var listener = await Carrier(carrierName, local, key).ListenAsync(new IPEndPoint(local, 0));
        Console.WriteLine($"{listener.LocalEndPoint} {Convert.ToHexStringLower(key.PublicKey.ToArray())}");
        await using var session = await listener.Sessions.ReadAsync();
        await foreach (var stream in session.AcceptStreamsAsync())
        {
            await work(stream);
            break;
        }

        // Off the session's own thread: reading a line blocks.
        await Task.Yield();
        await Console.In.ReadLineAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        if (_child is not null)
            await _child.DisposeAsync();
        _key.Dispose();
    }

    private static ICarrier Carrier(string name, IPAddress local, X25519PrivateKey key)
    {
        var identity = new TransportIdentity(key, null, SystemRandom.Instance);
        return name switch
        {
            "tcp" => new TcpCarrier(identity, TimeProvider.System),
            "udp" => new UdpCarrier(OpenPort(local), identity, TimeProvider.System),
            _ => throw new ArgumentException($"there is no carrier {name}", nameof(name)),
        };
    }

    // It lives as long as the process.
    private static UdpPort OpenPort(IPAddress local)
    {
        var port = UdpPort.Open([local], 0, TimeProvider.System);
        port.Start();
        return port;
    }
}
