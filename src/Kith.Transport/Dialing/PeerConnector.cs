using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport.Dialing;

/// <summary>
/// Keeps a session to one wanted peer for as long as it lives: calls it at its addresses, again and again after a growing pause, and takes in the
/// sessions that the peer makes by itself. When both called each other, both ends settle on the same session; the other one stays usable for
/// <see cref="SupersededGrace"/>, so that nothing on its way is lost, and is then closed. For several threads.
/// </summary>
public sealed class PeerConnector : IAsyncDisposable
{
    /// <summary>How long a session that is not used any more stays open.</summary>
    public static readonly TimeSpan SupersededGrace = TimeSpan.FromSeconds(3);

    /// <summary>Addresses tried for one peer; further ones are left out.</summary>
    public const int MaxAddresses = 16;

    /// <summary>Sessions that may wait in <see cref="Sessions"/>; further ones are closed with <see cref="SessionErrorCode.Busy"/>.</summary>
    public const int MaxWaitingSessions = 16;

    private readonly X25519PublicKey _local;
    private readonly IReadOnlyList<ICarrier> _carriers;
    private readonly TimeProvider _time;
    private readonly ReconnectBackoff _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<ISession> _sessions = Channel.CreateBounded<ISession>(MaxWaitingSessions);
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new(); // guards everything below
    private readonly List<Live> _live = []; // the one in use last
    private readonly HashSet<Task> _tasks = [];
    private IReadOnlyList<NodeAddress> _addresses = [];
    private CancellationTokenSource? _calling;
    private SessionException? _lastFailure;
    private bool _stopped;

    /// <summary>Starts to want the peer. It is called once there are addresses.</summary>
    /// <param name="local">This node's static key.</param>
    /// <param name="peer">The peer's: nobody else is taken for it.</param>
    /// <param name="carriers">
    /// The ways to call it, the best first: each is tried with the addresses that it takes, a little after the one before it or as soon as that has failed. An address that none takes is
    /// left out.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Where the pauses' jitter comes from.</param>
    public PeerConnector(X25519PublicKey local, X25519PublicKey peer, IEnumerable<ICarrier> carriers, TimeProvider time, IRandom random)
    {
        _local = local;
        Peer = peer;
        _carriers = [.. carriers];
        _time = time;
        _backoff = new ReconnectBackoff(random);
        lock (_gate)
            Own(KeepAsync());
    }

    /// <summary>The peer's static key.</summary>
    public X25519PublicKey Peer { get; }

    /// <summary>Every session with the peer, whoever made it, once: accept its streams until it closes. Ends when this is disposed.</summary>
    public ChannelReader<ISession> Sessions => _sessions.Reader;

    /// <summary>The session to send on; null while there is none. It changes when a better one comes: ask again for each new stream.</summary>
    public ISession? Current
    {
        get
        {
            lock (_gate)
                return _live.Count == 0 ? null : _live[^1].Session;
        }
    }

    /// <summary>Why the last attempt came to nothing; null after one that did not.</summary>
    public SessionException? LastFailure
    {
        get
        {
            lock (_gate)
                return _lastFailure;
        }
    }

    /// <summary>
    /// Where the peer may be, the most likely first. New addresses are tried at once when there is no session: an attempt at the old ones is broken off for it, since where
    /// nobody is any more it could last for long.
    /// </summary>
    public void SetAddresses(IEnumerable<NodeAddress> addresses)
    {
        NodeAddress[] usable = [.. addresses.Where(address => _carriers.Any(carrier => carrier.Takes(address))).Distinct().Take(MaxAddresses)];
        lock (_gate)
        {
            if (_addresses.SequenceEqual(usable))
                return;
            _addresses = usable;
            if (_calling is { } calling)
                Own(calling.CancelAsync());
        }

        Nudge();
    }

    /// <summary>Calls at once instead of after the pause (something changed: the network is back, the user is waiting).</summary>
    public void Nudge() => _wakes.Writer.TryWrite(true);

    /// <summary>As <see cref="Nudge"/>, and an attempt under way is broken off for it: there are ways now that it does not know.</summary>
    public void CallAnew()
    {
        lock (_gate)
        {
            if (_calling is { } calling)
                Own(calling.CancelAsync());
        }

        Nudge();
    }

    /// <summary>Takes in a session that the peer made. False, and the session stays the caller's, when it is another peer's or this is disposed.</summary>
    public bool Offer(ISession session)
    {
        if (session.RemoteKey != Peer || !TryAdd(session))
            return false;
        Nudge();
        return true;
    }

    /// <summary>Wants the peer no more: closes its sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        Live[] live;
        lock (_gate)
        {
            _stopped = true;
            live = [.. _live];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(live.Select(one => one.Session.CloseAsync(SessionErrorCode.ShuttingDown))).ConfigureAwait(false);
        lock (_gate)
            tasks = [.. _tasks];
        await Task.WhenAll(tasks).ConfigureAwait(false);
        _sessions.Writer.TryComplete();
    }

    private async Task KeepAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            IReadOnlyList<NodeAddress> addresses;
            bool connected;
            lock (_gate)
            {
                addresses = _addresses;
                connected = _live.Count > 0;
            }

            if (connected || addresses.Count == 0)
                await WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            else if (await CallAsync(addresses).ConfigureAwait(false) == CallOutcome.Failed)
                await WaitAsync(NextPause()).ConfigureAwait(false);
        }
    }

    private async Task<CallOutcome> CallAsync(IReadOnlyList<NodeAddress> addresses)
    {
        using var calling = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        lock (_gate)
        {
            if (!ReferenceEquals(_addresses, addresses))
                return CallOutcome.BrokenOff;
            _calling = calling;
        }

        try
        {
            return await TryCallAsync(addresses, calling.Token).ConfigureAwait(false) ? CallOutcome.Connected
                : calling.IsCancellationRequested ? CallOutcome.BrokenOff : CallOutcome.Failed;
        }
        finally
        {
            lock (_gate)
                _calling = null;
        }
    }

    private TimeSpan NextPause()
    {
        lock (_gate)
            return _backoff.Next();
    }

    private async Task<bool> TryCallAsync(IReadOnlyList<NodeAddress> addresses, CancellationToken cancellationToken)
    {
        SessionException? failure = null;
        ISession? session = null;
        try
        {
            var ways = _carriers.Select(carrier => (Carrier: carrier, Addresses: (NodeAddress[])[.. addresses.Where(carrier.Takes)])).Where(way => way.Addresses.Length > 0).ToList();
            session = await DialRace.RunAsync(ways, (way, ct) => way.Carrier.ConnectAsync(way.Addresses, Peer, ct), _time, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionException error)
        {
            failure = error;
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        lock (_gate)
            _lastFailure = failure;
        if (session is null)
            return false;
        if (TryAdd(session))
            return true;
        await session.CloseAsync(SessionErrorCode.ShuttingDown).ConfigureAwait(false);
        return false;
    }

    private bool TryAdd(ISession session)
    {
        lock (_gate)
        {
            if (_stopped)
                return false;
            var now = _time.GetTimestamp();
            var added = new Live(session, now);
            var current = _live.Count == 0 ? null : _live[^1];
            var wins = current is null
                || SessionPreference.NewerWins(current.Session, session, _time.GetElapsedTime(current.Since, now), _local);
            _live.Insert(wins ? _live.Count : _live.Count - 1, added);
            Own(WatchAsync(added));
            if (current is not null && SessionPreference.IsLower(_local, Peer))
                Own(EndSupersededAsync(wins ? current : added));
            if (!_sessions.Writer.TryWrite(session))
                Own(session.CloseAsync(SessionErrorCode.Busy));
        }

        return true;
    }

    private async Task WatchAsync(Live live)
    {
        await live.Session.Closed.ConfigureAwait(false);
        var good = _time.GetElapsedTime(live.Since) >= ReconnectBackoff.GoodSession;
        TimeSpan pause;
        lock (_gate)
        {
            if (good)
                _backoff.Reset();
            if (!_live.Remove(live) || _live.Count > 0)
                return;
            pause = _backoff.Next();
        }

        await PauseAsync(pause).ConfigureAwait(false);
        Nudge();
    }

    // One of the two ends does it, so that they never end one session each. When the session in use has died during the grace, the other has
    // taken its place and stays.
    private async Task EndSupersededAsync(Live superseded)
    {
        await PauseAsync(SupersededGrace).ConfigureAwait(false);
        bool inUse;
        lock (_gate)
            inUse = _live.Count > 0 && _live[^1] == superseded;
        if (!inUse)
            await superseded.Session.CloseAsync(SessionErrorCode.Superseded).ConfigureAwait(false);
    }

    private async Task WaitAsync(TimeSpan atMost)
    {
        using var timeout = new CancellationTokenSource(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            await _wakes.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time is up, or everything is: the loop looks which.
        }
    }

    private async Task PauseAsync(TimeSpan time) =>
        await Task.Delay(time, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // Under _gate. Everything started is awaited when this is disposed.
    private void Own(Task task)
    {
        _tasks.RemoveWhere(done => done.IsCompleted);
        _tasks.Add(task);
    }

    private enum CallOutcome
    {
        Connected,
        Failed,
        BrokenOff,
    }

    private sealed record Live(ISession Session, long Since);
}
