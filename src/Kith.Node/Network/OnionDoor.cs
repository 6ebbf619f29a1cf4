using System.Collections.Concurrent;
using System.Net;
using Kith.Crypto;
using Kith.Forwarding.Service;
using Kith.Transport;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>
/// An onion service of the node's, not of the person's: strangers who use Tor alone come in here, and are served with what strangers are served with (docs/protocol/tor.md, "For strangers"). Whatever a session begins
/// with else ends it: nobody can find out here whose node it is. For several threads.
/// </summary>
internal sealed class OnionDoor : IAsyncDisposable
{
    /// <summary>A session that has opened no stream after so long is closed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly StreamKind[] Served = [ServiceFrame.StreamKind, Mailbox.Hosting.HostingLimits.StreamKind];

    private readonly IListener _listener;
    private readonly OnionService _service;
    private readonly SessionTakers _takers;
    private readonly TimeProvider _time;
    private readonly Action _news;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();
    private readonly Task _accepting;

    private OnionDoor(IListener listener, OnionService service, SessionTakers takers, TimeProvider time, Action news)
    {
        (_listener, _service, _takers, _time, _news) = (listener, service, takers, time, news);
        _service.Changed += news;
        _accepting = AcceptAsync();
    }

    /// <summary>Where strangers come in.</summary>
    public NodeAddress Address => _service.Address;

    /// <summary>Where Tor brings them.</summary>
    internal IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>How far it is.</summary>
    public OnionPhase Phase => _service.Phase;

    /// <summary>What is wrong with it, one sentence; null when nothing is.</summary>
    public string? Problem => _service.Problem;

    /// <summary>Opens one.</summary>
    /// <param name="tor">The Tor that it goes through.</param>
    /// <param name="carrier">Listens as the node that strangers meet, never as the person.</param>
    /// <param name="key">The service's key; stays the caller's.</param>
    /// <param name="takers">Who serves strangers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="news">Says that something is otherwise, on any thread.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Net.Sockets.SocketException">Loopback cannot be listened on.</exception>
    public static async Task<OnionDoor> OpenAsync(TorRun tor, TorCarrier carrier, Ed25519PrivateKey key, SessionTakers takers, TimeProvider time, Action news, CancellationToken cancellationToken)
    {
        var listener = await carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), cancellationToken);
        try
        {
            return new OnionDoor(listener, tor.Serve(key, NodeTor.Port, listener.LocalEndPoint, []), takers, time, news);
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes it; sessions that were handed over end with their circuits.</summary>
    public async ValueTask DisposeAsync()
    {
        _service.Changed -= _news;
        _service.Dispose();
        await _stopping.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        await Task.WhenAll(_tasks.Keys);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            await foreach (var session in _listener.Sessions.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                var serving = ServeAsync(session);
                _tasks[serving] = true;
                _ = serving.ContinueWith(done => _tasks.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // The door closes.
        }
    }

    private async Task ServeAsync(ISession session)
    {
        if (await TryHandOverAsync(session).ConfigureAwait(false))
            return;
        await session.CloseAsync(SessionErrorCode.Busy).ConfigureAwait(false);
    }

    private async Task<bool> TryHandOverAsync(ISession session)
    {
        using var late = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
        try
        {
            await foreach (var first in session.AcceptStreamsAsync(either.Token).ConfigureAwait(false))
                return Served.Contains(first.Kind) && _takers.TryTake(session, first);
        }
        catch (Exception e) when (e is OperationCanceledException or SessionException)
        {
            // It said nothing.
        }

        return false;
    }
}
