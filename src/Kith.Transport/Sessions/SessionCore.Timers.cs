using Kith.Transport.Frames;

namespace Kith.Transport.Sessions;

/// <summary>Keep-alive, death, and the round trip.</summary>
internal sealed partial class SessionCore
{
    private const int SmoothingShare = 8; // RFC 9002 section 5.3: a new sample weighs one eighth

    private TimeSpan _lastReceived;
    private TimeSpan _nextPing;
    private TimeSpan? _sendStarted;
    private TimeSpan _pingSent;
    private ulong _pingNumber;
    private bool _pingOutstanding;
    private bool _pingDue;
    private ulong? _pong;

    /// <summary>The smoothed round trip, once measured.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>When something last came from the other node.</summary>
    public TimeSpan LastReceived => _lastReceived;

    /// <summary>When <see cref="Tick"/> has something to do next; null when never.</summary>
    public TimeSpan? NextDeadline => State switch
    {
        SessionState.Open => Min(_nextPing, Min(_lastReceived, _sendStarted ?? _lastReceived) + SessionLimits.DeadAfter),
        SessionState.Closing => _closeDeadline,
        _ => null,
    };

    /// <summary>A write to the carrier begins: it must end within <see cref="SessionLimits.DeadAfter"/>.</summary>
    public void SendStarted(TimeSpan now) => _sendStarted = now;

    /// <summary>The write has ended.</summary>
    public void SendFinished() => _sendStarted = null;

    /// <summary>Does what is due: a PING, or the end of a session that is dead or will not close.</summary>
    public void Tick(TimeSpan now, SessionEffects effects)
    {
        if (State == SessionState.Closing && now >= _closeDeadline)
        {
            End(Close!, effects);
            return;
        }

        if (State != SessionState.Open)
            return;
        // Nobody is there to read a CLOSE: both ends are at once.
        if (now >= _lastReceived + SessionLimits.DeadAfter)
        {
            End(new SessionClose(SessionErrorCode.TimedOut, ByRemote: false, "nothing came from the other side for too long"), effects);
        }
        else if (_sendStarted is { } started && now >= started + SessionLimits.DeadAfter)
        {
            End(new SessionClose(SessionErrorCode.TimedOut, ByRemote: false, "the other side took nothing for too long"), effects);
        }
        else if (now >= _nextPing)
        {
            _nextPing = now + SessionLimits.KeepAliveInterval;
            _pingDue = true;
        }
    }

    /// <summary>A first measure of the round trip: the handshake's, at the side that began it.</summary>
    public void SeedRoundTrip(TimeSpan sample) => RoundTripTime = sample;

    private void WriteProbes(ref FrameWriter writer, TimeSpan now)
    {
        if (_pong is { } pong && writer.TryWriteProbe(FrameType.Pong, pong))
            _pong = null;
        if (!_pingDue || !writer.TryWriteProbe(FrameType.Ping, _pingNumber + 1))
            return;
        _pingNumber++;
        _pingDue = false;
        _pingOutstanding = true;
        _pingSent = now;
    }

    private void HandlePong(ulong number, TimeSpan now)
    {
        // An answer to an older ping, or to none, measures nothing.
        if (!_pingOutstanding || number != _pingNumber)
            return;
        _pingOutstanding = false;
        var sample = now - _pingSent;
        RoundTripTime = RoundTripTime is { } smoothed ? smoothed + ((sample - smoothed) / SmoothingShare) : sample;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
