using System.Net;
using Kith.Crypto;
using Kith.Delivery.Routes;
using Kith.Transport;
using Kith.Transport.Tcp;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>Connections by TCP that both sides begin at one moment (docs/protocol/reach.md, "TCP"): what comes of one is a session like any other. For several threads.</summary>
internal sealed class Meetings(TcpCarrier carrier, DirectRoute route) : IAsyncDisposable
{
    /// <summary>Under way at once; further ones are left out: the next call brings another.</summary>
    private const int MaxAtOnce = 16;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<X25519PublicKey, Task> _running = [];
    private bool _isDisposed;

    /// <summary>It is the moment.</summary>
    /// <param name="key">Whom it must be.</param>
    /// <param name="at">Where its connection comes from.</param>
    /// <param name="isInitiator">Whether we begin the handshake.</param>
    /// <param name="port">The node's own port.</param>
    public void Begin(X25519PublicKey key, Endpoint at, bool isInitiator, int port)
    {
        if (route.IsDirect(key))
            return;
        lock (_gate)
        {
            // Where both called each other there are two moments, and one connection comes of the first.
            if (_isDisposed || _running.Count >= MaxAtOnce || _running.ContainsKey(key))
                return;
            _running.Add(key, RunAsync(key, at.ToIPEndPoint(), isInitiator, port));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _isDisposed = true;
            running = [.. _running.Values];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(X25519PublicKey key, IPEndPoint at, bool isInitiator, int port)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await route.TakeInAsync(await carrier.OpenSimultaneouslyAsync(at, key, isInitiator, port, _stopping.Token).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SessionException or OperationCanceledException)
        {
            // Most NATs give other ports, or there is another way already.
        }
        finally
        {
            lock (_gate)
                _running.Remove(key);
        }
    }
}
