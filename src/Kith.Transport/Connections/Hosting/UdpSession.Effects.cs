using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <summary>What follows outside of the lock, and which path is used.</summary>
internal sealed partial class UdpSession
{
    /// <summary>Of two paths of one kind the shorter is taken once its round trip is below this share of the other's,</summary>
    private const double ClearlyShorter = 0.75;

    /// <summary>and by at least this much: less is noise.</summary>
    private static readonly TimeSpan LeastGain = TimeSpan.FromMilliseconds(5);

    private ConnectionEffects? _spareEffects;
    private bool _isFinished; // under _gate

    private ConnectionEffects Rent() => Interlocked.Exchange(ref _spareEffects, null) ?? new ConnectionEffects();

    // Outside the lock: the room above is continued from here.
    private void Deliver(ConnectionEffects effects)
    {
        if (!effects.IsEmpty)
        {
            foreach (var stream in effects.Accepted)
                _accepted.Writer.TryWrite(stream);
            foreach (var datagram in effects.Datagrams)
                _datagrams.Writer.TryWrite(datagram);
            if (effects.Established)
                OnEstablished();
            foreach (var (stream, ended) in effects.Woken)
                stream.WakeReader(ended);
            if (effects.StreamsAllowed)
                AllowStreams();
            if (effects.Validated.Count > 0)
                ChoosePath();
            if (effects.PathChanged)
                TellPath();
            if (effects.PathLost)
                PathLost?.Invoke();
            if (effects.Ended)
                Finish();
            effects.Clear();
        }

        _spareEffects = effects;
    }

    private void OnEstablished()
    {
        TellPath();
        if (IsInitiator)
            _established.TrySetResult(this);
        else if (!_host.TryAccept(this))
            _ = CloseAsync(SessionErrorCode.Busy);
    }

    private void AllowStreams()
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            waiting = _streamsAllowed;
            _streamsAllowed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.TrySetResult();
    }

    // RFC 9000 section 9: the initiator says which path is used; the responder follows.
    private void ChoosePath()
    {
        if (!IsInitiator)
            return;
        lock (_gate)
        {
            if (_core.State != ConnectionState.Open)
                return;
            PathView? best = null;
            foreach (var path in _core.Paths)
            {
                if (path.IsActive || (path.IsValidated && _host.Port.CanSendTo(path.Endpoint)))
                    best = best is null || IsBetter(path, best.Value) ? path : best;
            }

            if (best is not { IsActive: false } better)
                return;
            _core.Migrate(_host.Now, better.Endpoint);
        }

        TellPath();
        Wake();
    }

    // Of equal ones the path in use stays.
    private bool IsBetter(PathView path, PathView than)
    {
        var (kind, other) = (KindOf(path.Endpoint), KindOf(than.Endpoint));
        if (kind != other)
            return kind < other;
        return path.RoundTripTime is { } time && than.RoundTripTime is { } otherTime && otherTime - time >= LeastGain && time <= ClearlyShorter * otherTime;
    }

    private PathKind KindOf(Endpoint endpoint) => _host.Port.PathOf(endpoint)?.Kind ?? (UdpPort.IsVirtual(endpoint) ? PathKind.Relay : PathKind.Direct);

    private void TellPath()
    {
        lock (_gate)
        {
            var endpoint = _core.Path;
            if (endpoint == _pathEndpoint)
                return;
            _pathEndpoint = endpoint;
            var path = _host.Port.PathOf(endpoint);
            Volatile.Write(ref _path, new SessionPath(KindOf(endpoint), path?.Describe() ?? endpoint.ToString(), null));
        }

        PathChanged?.Invoke();
    }

    private void Finish()
    {
        SessionClose close;
        lock (_gate)
        {
            if (_isFinished)
                return;
            _isFinished = true;
            close = _core.Close!;
            _host.Forget(this, _core);
        }

        _timer.Dispose();
        _accepted.Writer.TryComplete();
        _datagrams.Writer.TryComplete();
        AllowStreams();
        _established.TrySetException(new SessionException(close));
        _closed.TrySetResult(close);
    }
}
