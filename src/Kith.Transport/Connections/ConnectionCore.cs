using Kith.Crypto;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// One session over datagrams (docs/protocol/udp.md): handshake, packets, paths, streams. It does no I/O and owns no clock: datagrams come in through
/// <see cref="Receive"/>, go out through <see cref="Write"/>, and time is the <c>now</c> of each call, counted from any fixed point. One caller at a
/// time: its host holds a lock around every call. What is to be done outside the lock is in the effects.
/// </summary>
internal sealed partial class ConnectionCore : IDisposable
{
    private readonly ConnectionTable _table;
    private readonly TransportIdentity _identity;
    private readonly ConnectionOptions _options;

    private readonly List<Bits128> _watched = []; // the reset tokens of the other side's ids

    private ConnectionStreams? _streams;
    private ConnectionParameters? _remoteParameters;
    private TimeSpan _lastReceived;
    private bool _wasEndReported;

    private ConnectionCore(ConnectionTable table, TransportIdentity identity, ConnectionOptions options, bool isInitiator, TimeSpan now)
    {
        _table = table;
        _identity = identity;
        _options = options;
        IsInitiator = isInitiator;
        _lastReceived = now;
        _ids = new LocalIds(table, this);
        _localParameters = ConnectionParameters.From(options, table.ResetTokenOf(_ids.First), _ids.First);
    }

    /// <summary>Whom streams tell what the room above did. To be set before anything else is called.</summary>
    public IStreamOwner? Owner { get; set; }

    /// <summary>A place for whatever hosts the connection: how it finds itself again from a routed datagram.</summary>
    public object? Host { get; set; }

    public ConnectionState State { get; private set; }

    /// <summary>Why it is not open any more.</summary>
    public SessionClose? Close { get; private set; }

    public bool IsInitiator { get; }

    /// <summary>The other node's static key, proved; meaningless before the connection is open.</summary>
    public X25519PublicKey RemoteKey { get; private set; }

    /// <summary>The handshake hash (Noise section 11.2); empty before the handshake is done.</summary>
    public ReadOnlyMemory<byte> HandshakeHash { get; private set; }

    /// <summary>The smoothed round trip of the path in use, once measured.</summary>
    public TimeSpan? RoundTripTime => _active?.Recovery.Smoothed;

    /// <summary>After how long what was not acknowledged is asked about.</summary>
    public TimeSpan? ProbeTimeout => _active?.Recovery.ProbeTimeout;

    /// <summary>When something authentic last came from the other node.</summary>
    public TimeSpan LastReceived => _lastReceived;

    /// <summary>How often this side's key has turned.</summary>
    public long KeyGeneration => _sealer?.Generation ?? 0;

    /// <summary>Streams that have not ended in both directions.</summary>
    public int StreamCount => _streams?.Count ?? 0;

    /// <summary>Streams that the other side may have open at once.</summary>
    public int MaxStreams => _options.MaxStreams;

    /// <summary>Opens a stream; null while the other side allows no more, or the connection is not open.</summary>
    public SessionStream? TryOpen(StreamKind kind) => State == ConnectionState.Open ? _streams!.TryOpen(kind) : null;

    /// <summary>Queues a datagram of at most <see cref="SessionLimits.MaxDatagramSize"/> bytes; false when it is dropped.</summary>
    public bool TryQueueDatagram(ReadOnlySpan<byte> datagram) => State == ConnectionState.Open && _streams!.TryQueueDatagram(datagram);

    /// <summary>The room above wrote to a stream or ended its output.</summary>
    public void Flushed(SessionStream stream) => _streams!.Flushed(stream);

    /// <summary>The room above read bytes.</summary>
    public void Consumed(TimeSpan now, SessionStream stream, long bytes) => _streams!.Consumed(now, stream, bytes);

    /// <summary>The room above reads no further.</summary>
    public void CompleteInput(SessionStream stream, ulong code, SessionEffects effects) =>
        _streams!.CompleteInput(stream, code, State == ConnectionState.Open, effects);

    /// <summary>The room above gives up what is unsent.</summary>
    public void ResetOutput(SessionStream stream, ulong code, bool byRemote) => _streams!.ResetOutput(stream, code, byRemote);

    /// <summary>
    /// Begins the end from this side. With <paramref name="flush"/>, what is buffered is sent first, as far as the other side takes it, within
    /// <see cref="SessionLimits.CloseLinger"/>; then CLOSE, which is repeated while packets of the other side still come (RFC 9000 section 10.2.1).
    /// </summary>
    public void BeginClose(SessionClose close, bool flush, TimeSpan now, SessionEffects effects)
    {
        if (State is ConnectionState.Connecting or ConnectionState.HalfOpen)
        {
            End(close, effects);
            return;
        }

        if (State != ConnectionState.Open)
            return;
        State = ConnectionState.Closing;
        Close = close;
        _flushBeforeClose = flush;
        _closeDeadline = now + SessionLimits.CloseLinger;
        _streams!.Fail(close, effects);
    }

    /// <summary>It is over at once: nothing more is sent.</summary>
    public void End(SessionClose close, SessionEffects effects)
    {
        if (State == ConnectionState.Ended)
            return;
        var wasOpen = State == ConnectionState.Open;
        State = ConnectionState.Ended;
        Close ??= close;
        if (wasOpen)
            _streams!.Fail(Close, effects);
        _streams?.Release();
        if (effects is ConnectionEffects own)
            ReportEnd(own);
    }

    /// <summary>Erases the keys. The table does it when the connection is forgotten.</summary>
    public void Dispose()
    {
        _noise?.Dispose();
        _sealer?.Dispose();
        _opener?.Dispose();
        _streams?.Release();
        _place?.Dispose();
        _ids.Release();
        foreach (var token in _watched)
            _table.Unwatch(token, this);
    }

    private void Watch(Bits128 token)
    {
        if (_table.TryWatch(token, this))
            _watched.Add(token);
    }

    // What the other side retired resets nothing any more; a peer that makes ids without end must not fill the table.
    private void UnwatchRetired()
    {
        for (var i = _watched.Count - 1; i >= 0; i--)
        {
            if (_remoteIds.HasToken(_watched[i]))
                continue;
            _table.Unwatch(_watched[i], this);
            _watched.RemoveAt(i);
        }
    }

    private void ReportEnd(ConnectionEffects effects)
    {
        if (State != ConnectionState.Ended || _wasEndReported)
            return;
        _wasEndReported = true;
        effects.Ended = true;
    }

    private void Refuse(SessionErrorCode code, string reason, TimeSpan now, ConnectionEffects effects)
    {
        _table.Counters.Refused(code);
        BeginClose(new SessionClose(code, ByRemote: false, reason), flush: false, now, effects);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null ? a : Min(a.Value, b.Value);
}

/// <summary>Where a connection is.</summary>
internal enum ConnectionState
{
    /// <summary>The initiator waits for an answer.</summary>
    Connecting,

    /// <summary>The responder has answered, and nothing has proved that the initiator is more than a replayed message: nobody above knows of it.</summary>
    HalfOpen,

    /// <summary>Everything goes.</summary>
    Open,

    /// <summary>This side ends it, or the other has: nothing received counts any more, and CLOSE is sent.</summary>
    Closing,

    /// <summary>Over. The host forgets it.</summary>
    Ended,
}
