#pragma warning disable RS0030 // a raw socket plays a node

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;
using Kith.Transport.Tcp;
using Kith.Wire;

namespace Kith.Transport.Tests.Sessions;

/// <summary>A node over TCP that lets every session come about and allows no stream on it: its MAX_STREAMS is 0 and stays so.</summary>
internal sealed class StreamlessNode : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Session> _sessions = [];
    private readonly X25519PrivateKey _key;
    private readonly Task _running;

    /// <param name="key">Its transport key, which becomes this object's; null draws one.</param>
    public StreamlessNode(X25519PrivateKey? key = null)
    {
        _key = key ?? X25519PrivateKey.Generate(SystemRandom.Instance);
        _listener.Start();
        _running = RunAsync();
    }

    public Endpoint Endpoint => Endpoint.From((IPEndPoint)_listener.LocalEndpoint);

    /// <summary>Sessions that came about.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>Of these, those that have not ended.</summary>
    public int Open => _sessions.Count(static session => !session.Closed.IsCompleted);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running;
        foreach (var session in _sessions)
            await session.DisposeAsync();
        _stopping.Dispose();
        _key.Dispose();
    }

    private async Task RunAsync()
    {
        var shaking = new List<Task>();
        try
        {
            while (true)
                shaking.Add(ShakeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(shaking);
        }
    }

    private async Task ShakeAsync(Socket socket)
    {
        var core = HandshakeCore.Respond(new TransportIdentity(_key, null, SystemRandom.Instance), SessionParameters.Default with { MaxStreams = 0 });
        try
        {
            _sessions.Add(await Handshaker.RunAsync(new TcpLink(socket), core, TimeProvider.System, _stopping.Token));
        }
        catch (Exception gone) when (gone is SessionException or OperationCanceledException)
        {
            // Who called has given up.
        }
    }
}
