using Kith.Crypto;
using Kith.Mailbox.Client;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>The sessions to holders: made when something is asked, reused while they are busy or watched, closed after a minute in which they were neither. For several threads.</summary>
internal sealed class HolderSessions : IAsyncDisposable
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<(Endpoint Holder, SessionUse Use), HolderConnection> _connections = [];
    private readonly HashSet<Task> _tasks = [];
    private readonly SemaphoreSlim _sessions;
    private readonly SemaphoreSlim _dials = new(HostingLimits.MaxDials);
    private readonly SemaphoreSlim _dialsForOthers = new(HostingLimits.MaxDialsForOthers); // whoever lets many of those fail does not hold up ours
    private readonly NamelessDialer _dialer;
    private readonly OnionPassers? _onions;
    private readonly TimeProvider _time;
    private readonly Action<HolderRequest, HolderAnswer?, AskFailure> _answered;
    private readonly Action<Endpoint> _failed;
    private readonly Action<Exception> _defect;
    private readonly int _most;
    private readonly ITimer _checks;
    private bool _isDisposed;

    /// <param name="dialer">Makes sessions.</param>
    /// <param name="answered">Told of what comes of a request, outside of locks.</param>
    /// <param name="failed">Told of a holder that did not answer, before its requests are.</param>
    /// <param name="defect">Told of what must not happen.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onions">Those who are called at onion addresses, and nobody else is then; null calls everybody where they are.</param>
    /// <param name="most">Sessions at most.</param>
    public HolderSessions(
        NamelessDialer dialer, Action<HolderRequest, HolderAnswer?, AskFailure> answered, Action<Endpoint> failed, Action<Exception> defect, TimeProvider time, OnionPassers? onions = null, int most = HostingLimits.MaxSessions)
    {
        (_dialer, _answered, _failed, _defect, _time, _onions, _most) = (dialer, answered, failed, defect, time, onions, most);
        _sessions = new SemaphoreSlim(most);
        _checks = time.CreateTimer(static pool => ((HolderSessions)pool!).Check(), this, CheckPeriod, CheckPeriod);
    }

    /// <summary>Sessions that there are or that are being made.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _connections.Count;
        }
    }

    /// <summary>Asks a holder, over the session of this use; what is our own (<paramref name="isOwn"/>) never has to stand back for what is passed on for others.</summary>
    public void Ask(Endpoint holder, SessionUse use, HolderRequest request, bool isOwn = false)
    {
        bool isQueued;
        lock (_gate)
        {
            if (!_connections.TryGetValue((holder, use), out var connection))
                connection = TryOpen(holder, use, isOwn);
            isQueued = connection?.TryAsk(request) == true;
            // It has just ended: another takes its place.
            if (!isQueued && connection is { IsOver: true })
                isQueued = TryOpen(holder, use, isOwn)?.TryAsk(request) == true;
        }

        if (!isQueued)
            _answered(request, null, AskFailure.Crowded);
    }

    /// <summary>Tells nothing of a request any more.</summary>
    public void Drop(Endpoint holder, SessionUse use, HolderRequest request)
    {
        HolderConnection? connection;
        request.IsDropped = true; // it may be about to be asked by another thread
        lock (_gate)
            connection = _connections.GetValueOrDefault((holder, use));
        connection?.Drop(request);
    }

    /// <summary>Sessions of this use end: what goes over them is told of as ended.</summary>
    public void End(SessionUse use)
    {
        HolderConnection[] ending;
        lock (_gate)
            ending = [.. _connections.Where(one => one.Key.Use == use).Select(static one => one.Value)];
        foreach (var connection in ending)
            connection.End();
    }

    /// <summary>The network is another: sessions are made anew.</summary>
    public void NetworkChanged()
    {
        foreach (var connection in All())
            connection.End();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_gate)
        {
            _isDisposed = true;
            tasks = [.. _tasks];
        }

        await _checks.DisposeAsync().ConfigureAwait(false);
        foreach (var connection in All())
            connection.End();
        await Task.WhenAll(tasks).ConfigureAwait(false);
        await _dialer.DisposeAsync().ConfigureAwait(false);
        _sessions.Dispose();
        _dials.Dispose();
        _dialsForOthers.Dispose();
    }

    // With the gate held. News that others wait for keep a session each for hours: those must never take the places of what we ask ourselves.
    private HolderConnection? TryOpen(Endpoint holder, SessionUse use, bool isOwn)
    {
        if (_isDisposed || (!isOwn && use == SessionUse.Others && _connections.Count(one => one.Key.Use == SessionUse.Others && !one.Value.IsIdle) >= _most / HostingLimits.OthersShare))
            return null;
        var connection = new HolderConnection(holder, _answered, _time, _onions is null ? HostingLimits.DialPatience : HostingLimits.OnionDialPatience);
        _connections[(holder, use)] = connection;
        _tasks.RemoveWhere(static done => done.IsCompleted);
        _tasks.Add(RunAsync(connection, use, !isOwn && use == SessionUse.Others ? _dialsForOthers : _dials));
        MakeRoom();
        return connection;
    }

    // With the gate held. Where more are wanted than there may be, those that nothing is under way with end before their time, the longest unused first.
    private void MakeRoom()
    {
        var surplus = _connections.Count - _most;
        if (surplus <= 0)
            return;
        foreach (var idle in _connections.Values.Where(one => one.IsIdle).OrderBy(one => one.UsedAt).Take(surplus).ToList())
            idle.End();
    }

    private async Task RunAsync(HolderConnection connection, SessionUse use, SemaphoreSlim dials)
    {
        // Not on the caller's stack: it holds the gate.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _sessions.WaitAsync().ConfigureAwait(false);
        var (address, key) = _onions is null ? (NodeAddress.Tcp(connection.Holder.ToIPEndPoint()), null) : _onions.Find(connection.Holder) is { } onion ? (onion.At, onion.Key) : (null, (X25519PublicKey?)null);
        NodeAddress[] addresses = address is null ? [] : [address];
        await connection.RunAsync(dials, ct => _dialer.ConnectAsync(addresses, key, ct), ended => Forget(ended, use), _defect).ConfigureAwait(false);
        connection.Dispose();
        _sessions.Release();
    }

    // It takes nothing more; those who ask from now on get another.
    private void Forget(HolderConnection connection, SessionUse use)
    {
        lock (_gate)
        {
            if (_connections.GetValueOrDefault((connection.Holder, use)) == connection)
                _connections.Remove((connection.Holder, use));
        }

        if (connection.HasFailed)
            _failed(connection.Holder);
    }

    private HolderConnection[] All()
    {
        lock (_gate)
            return [.. _connections.Values];
    }

    private void Check()
    {
        foreach (var connection in All())
            connection.Check();
        lock (_gate)
            MakeRoom();
    }
}
