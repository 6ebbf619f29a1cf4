namespace Kith.Transport.Connections;

/// <summary>What is due when.</summary>
internal sealed partial class ConnectionCore
{
    private TimeSpan _lastSent;
    private TimeSpan _closeDeadline;
    private TimeSpan _closeAgain;
    private bool _flushBeforeClose;
    private bool _isDraining;
    private bool _isCloseSent;
    private bool _isCloseDue;
    private int _packetsWhileClosing;
    private int _closeAgainAt = 1;

    /// <summary>When <see cref="Tick"/> and then <see cref="Write"/> are to be called next; null when never.</summary>
    public TimeSpan? NextDeadline => State switch
    {
        ConnectionState.Connecting => DialDeadline(),
        ConnectionState.HalfOpen => _handshakeDeadline,
        ConnectionState.Open => OpenDeadline(),
        ConnectionState.Closing => Min(_closeDeadline, _isCloseSent ? _closeAgain : _flushBeforeClose ? OpenDeadline() : _closeDeadline),
        _ => _wasEndReported ? null : TimeSpan.Zero,
    };

    // The other side's idle timeout counts too: beyond it nobody is there (RFC 9000 section 10.1).
    private TimeSpan IdleTimeout => _remoteParameters is { IdleTimeout: > 0 and < int.MaxValue } remote
        ? Min(_options.IdleTimeout, TimeSpan.FromMilliseconds(Math.Max(remote.IdleTimeout, 5000)))
        : _options.IdleTimeout;

    /// <summary>Does what is due; <see cref="Write"/> has what follows of it.</summary>
    public void Tick(TimeSpan now, ConnectionEffects effects)
    {
        switch (State)
        {
            case ConnectionState.Connecting:
                TickDial(now, effects);
                break;
            case ConnectionState.HalfOpen when now >= _handshakeDeadline:
                End(new SessionClose(SessionErrorCode.HandshakeTimedOut, ByRemote: false, "the other side did not finish the handshake"), effects);
                break;
            case ConnectionState.Open:
                TickOpen(now, effects);
                break;
            case ConnectionState.Closing when now >= _closeDeadline:
                TickClosing(now, effects);
                break;
            case ConnectionState.Closing when _isCloseSent && now >= _closeAgain:
                _closeAgain = now + _active!.Recovery.ProbeTimeout;
                _isCloseDue = true; // until the other side says that it has heard
                break;
            case ConnectionState.Closing when !_isCloseSent:
                TickRecovery(now, effects);
                break;
        }

        ReportEnd(effects);
    }

    private void TickDial(TimeSpan now, ConnectionEffects effects)
    {
        if (_refusedEnd is { } end && now >= end)
        {
            End(
                _candidates.Find(static one => one.Refusal is not null) is { Refusal: { } code }
                    ? new SessionClose(code, ByRemote: true, "the other node refused the handshake")
                    : new SessionClose(SessionErrorCode.Unreachable, ByRemote: false, "nobody is at that port"),
                effects);
        }
        else if (now >= _handshakeDeadline)
        {
            End(new SessionClose(SessionErrorCode.Unreachable, ByRemote: false, "nobody answered"), effects);
        }
    }

    private void TickOpen(TimeSpan now, ConnectionEffects effects)
    {
        if (now >= _lastReceived + IdleTimeout)
        {
            End(new SessionClose(SessionErrorCode.TimedOut, ByRemote: false, "nothing came from the other side for too long"), effects);
            return;
        }

        TickRecovery(now, effects);
        TickPaths(now, effects);
        if (now >= _lastSent + _table.KeepAlive)
            _pingDue = true;
    }

    private void TickClosing(TimeSpan now, ConnectionEffects effects)
    {
        if (_isCloseSent)
        {
            End(Close!, effects);
            return;
        }

        // What could not be delivered in time stays undelivered; CLOSE is still said.
        _flushBeforeClose = false;
        _closeDeadline = now + SessionLimits.CloseLinger;
    }

    private void TickRecovery(TimeSpan now, ConnectionEffects effects)
    {
        var isLossDue = false;
        foreach (var path in _paths)
            isLossDue |= path.Recovery.LossTime <= now;
        if (isLossDue)
            DetectLost(now);
        else if (_active!.Recovery.ProbeAt <= now)
            TimeOutProbe(now, effects);
        if (_dropKeyAt <= now)
        {
            _dropKeyAt = null;
            _opener!.DropLastKey();
        }
    }

    private TimeSpan? DialDeadline()
    {
        var next = _refusedEnd is { } end ? Min(end, _handshakeDeadline) : _handshakeDeadline;
        foreach (var candidate in _candidates)
        {
            if (candidate.Refusal is null)
                next = Min(next, candidate.NextSend);
        }

        return next;
    }

    private TimeSpan OpenDeadline()
    {
        var next = _lastReceived + IdleTimeout;
        var lossTime = (TimeSpan?)null;
        foreach (var path in _paths)
            lossTime = Earlier(lossTime, path.Recovery.LossTime);
        var other = Earlier(Earlier(PathDeadline(), lossTime), _dropKeyAt);
        // While the address is not proved and as much was sent as may be, what comes is waited for, not the clock.
        if (_active!.MaySend(LeastProbe))
        {
            other = Earlier(other, _receivedPackets.Due);
            other = Earlier(other, lossTime is null ? _active.Recovery.ProbeAt : null);
            other = Earlier(other, _pingDue ? null : _lastSent + _table.KeepAlive);
            other = Earlier(other, _streams!.HasOutput ? _pacedUntil : null);
        }

        return other is { } earlier ? Min(next, earlier) : next;
    }
}
