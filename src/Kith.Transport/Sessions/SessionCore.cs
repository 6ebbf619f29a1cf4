using Kith.Transport.Frames;

namespace Kith.Transport.Sessions;

/// <summary>
/// The protocol inside an established session (docs/protocol/session.md): streams, flow control, keep-alive, closing. It does no I/O and owns no
/// clock: records' plaintexts come in through <see cref="Receive"/>, go out through <see cref="WriteRecord"/>, and time is the
/// <c>now</c> of each call, counted from any fixed point. One caller at a time: the session holds its lock around every call.
/// </summary>
internal sealed partial class SessionCore
{
    private readonly IStreamOwner _owner;
    private readonly SessionParameters _local;
    private readonly StreamTable _streams;

    private TimeSpan _closeDeadline;
    private bool _flushBeforeClose;

    public SessionCore(IStreamOwner owner, bool isInitiator, SessionParameters local, SessionParameters remote, TimeSpan now)
    {
        _owner = owner;
        _local = local;
        _streams = new StreamTable(isInitiator, local, remote);
        _sendLimit = remote.MaxData;
        _receiveLimit = local.MaxData;
        _lastReceived = now;
        _nextPing = now + SessionLimits.KeepAliveInterval;
    }

    /// <summary>Where the session is between its handshake and its end.</summary>
    public SessionState State { get; private set; }

    /// <summary>Why it is not open any more.</summary>
    public SessionClose? Close { get; private set; }

    /// <summary>Streams that have not ended in both directions.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Opens a stream; null while the other side allows no more, or the session is not open.</summary>
    public SessionStream? TryOpen(StreamKind kind) => State == SessionState.Open && _streams.MayOpen ? _streams.OpenLocal(_owner, kind) : null;

    /// <summary>Queues a datagram; false when it is dropped.</summary>
    public bool TryQueueDatagram(ReadOnlySpan<byte> datagram)
    {
        if (State != SessionState.Open || datagram.Length > SessionLimits.MaxDatagramSize || _datagrams.Count >= SessionLimits.MaxQueuedDatagrams)
            return false;
        _datagrams.Enqueue(datagram.ToArray());
        return true;
    }

    /// <summary>The room above wrote to a stream or ended its output.</summary>
    public void Flushed(SessionStream stream)
    {
        if (stream.Send.IsOpen)
            _streams.MarkReady(stream);
    }

    /// <summary>The room above read bytes: the sender gets them back once they are half a window (RFC 9000 section 4.2).</summary>
    public void Consumed(SessionStream stream, long bytes)
    {
        Credit(stream, (ulong)bytes);
        if (stream.Receive.IsEnded && stream.Receive.Consumed == stream.Receive.Offset)
            stream.Receive.IsDone = true;
        RetireIfOver(stream);
    }

    /// <summary>The room above reads no further.</summary>
    public void CompleteInput(SessionStream stream, ulong code, SessionEffects effects)
    {
        var receive = stream.Receive;
        if (!receive.IsDone)
        {
            receive.IsDone = true;
            Credit(stream, receive.Offset - receive.Consumed);
            if (!receive.IsEnded && State == SessionState.Open)
            {
                receive.PendingStop = code;
                _streams.MarkControl(stream);
            }
        }

        effects.End(stream);
        RetireIfOver(stream);
    }

    /// <summary>The room above, or the other side, gives up what is unsent (RFC 9000 section 3.5).</summary>
    public void ResetOutput(SessionStream stream, ulong code, bool byRemote)
    {
        if (!stream.Send.IsOpen)
            return;
        var error = new StreamException(code, byRemote);
        stream.FailOutput(error);
        stream.Send.PendingReset = code;
        stream.Send.Release(error);
        if (State == SessionState.Open)
            _streams.MarkControl(stream);
    }

    /// <summary>Begins the end from this side. With <paramref name="flush"/>, what is buffered is sent first, as far as the other side takes it.</summary>
    public void BeginClose(SessionClose close, bool flush, TimeSpan now, SessionEffects effects)
    {
        if (State != SessionState.Open)
            return;
        State = SessionState.Closing;
        Close = close;
        _flushBeforeClose = flush;
        _closeDeadline = now + SessionLimits.CloseLinger;
        _streams.Fail(close, effects);
    }

    /// <summary>The session is over at once: the other side said so, or nothing more can be sent.</summary>
    public void End(SessionClose close, SessionEffects effects)
    {
        if (State == SessionState.Ended)
            return;
        var wasOpen = State == SessionState.Open;
        State = SessionState.Ended;
        Close ??= close;
        if (wasOpen)
            _streams.Fail(Close, effects);
        ReleaseStreams();
    }

    private void Refuse(SessionErrorCode code, string reason, TimeSpan now, SessionEffects effects) =>
        BeginClose(new SessionClose(code, ByRemote: false, reason), flush: false, now, effects);

    private void ReleaseStreams()
    {
        foreach (var stream in _streams.All)
            stream.Send.Release(stream.OutputError);
    }

    // Both directions have ended and the room above has seen the end.
    private void RetireIfOver(SessionStream stream)
    {
        if (!stream.IsRetired && stream.Send.IsEnded && stream.Receive.IsEnded && stream.Receive.IsDone && !stream.HasControl)
            _streams.Retire(stream);
    }
}

/// <summary>Where a session is.</summary>
internal enum SessionState
{
    /// <summary>Everything goes.</summary>
    Open,

    /// <summary>This side ends it: CLOSE is still to be sent, and nothing received counts any more.</summary>
    Closing,

    /// <summary>CLOSE was sent or received, or the connection is gone.</summary>
    Ended,
}
