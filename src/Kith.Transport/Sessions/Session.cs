using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport.Sessions;

/// <summary>
/// A session over an ordered link: the core under a lock, one reader loop, one writer loop, one timer. What the core wants done outside is done
/// after the lock is released, on the thread that was there. The loops end before <see cref="Closed"/> completes.
/// </summary>
internal sealed partial class Session : ISession, IStreamOwner
{
    private readonly Lock _gate = new(); // guards _core and everything that it says is guarded
    private readonly SessionCore _core;
    private readonly ILink _link;
    private readonly SessionKeys _keys;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ITimer _timer;
    private readonly WriteSignal _writes = new();
    private readonly Channel<IStream> _accepted;
    private readonly Channel<ReadOnlyMemory<byte>> _datagrams = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(SessionLimits.MaxQueuedDatagrams) { FullMode = BoundedChannelFullMode.DropWrite, SingleWriter = true });

    private readonly TaskCompletionSource<SessionClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _streamsAllowed = new(TaskCreationOptions.RunContinuationsAsynchronously); // swapped under _gate

    private Session(ILink link, SessionKeys keys, TimeSpan? roundTrip, TimeProvider time)
    {
        _link = link;
        _keys = keys;
        _time = time;
        _started = time.GetTimestamp();
        Path = new SessionPath(link.Carrier == NodeAddress.OnionKind ? PathKind.Onion : PathKind.Direct, link.RemoteEndPoint?.ToString() ?? "", link.LocalAddress);
        _core = new SessionCore(this, keys.IsInitiator, keys.Local, keys.Remote, Now);
        if (roundTrip is { } sample)
            _core.SeedRoundTrip(sample);
        // The other side cannot have more streams open than it was allowed, so this never fills.
        _accepted = Channel.CreateBounded<IStream>(
            new BoundedChannelOptions((int)Math.Clamp(keys.Local.MaxStreams, 1UL, int.MaxValue)) { SingleWriter = true });
        _timer = time.CreateTimer(static state => ((Session)state!).OnTimer(), this, SessionLimits.KeepAliveInterval, Timeout.InfiniteTimeSpan);
    }

    public X25519PublicKey RemoteKey => _keys.RemoteKey;

    public ReadOnlyMemory<byte> HandshakeHash => _keys.HandshakeHash;

    public string Carrier => _link.Carrier;

    public EndPoint? RemoteEndPoint => _link.RemoteEndPoint;

    public IPAddress? LocalAddress => _link.LocalAddress;

    public SessionPath Path { get; }

    // An ordered link has one way and keeps it.
    public event Action? PathChanged
    {
        add { }
        remove { }
    }

    public bool IsInitiator => _keys.IsInitiator;

    public Task<SessionClose> Closed => _closed.Task;

    public ChannelReader<ReadOnlyMemory<byte>> Datagrams => _datagrams.Reader;

    public TimeSpan? RoundTripTime
    {
        get
        {
            lock (_gate)
                return _core.RoundTripTime;
        }
    }

    /// <inheritdoc/>
    public TimeSpan Silence
    {
        get
        {
            lock (_gate)
                return Now - _core.LastReceived;
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>Starts the loops of a session whose handshake is done. It owns the link and the keys from here on.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="keys">The handshake's result.</param>
    /// <param name="received">Bytes that came after the handshake's last message.</param>
    /// <param name="roundTrip">A first measure of the round trip, when there is one.</param>
    /// <param name="time">The clock.</param>
    public static Session Start(ILink link, SessionKeys keys, ReadOnlySpan<byte> received, TimeSpan? roundTrip, TimeProvider time)
    {
        var session = new Session(link, keys, roundTrip, time);
        session.Run(received);
        return session;
    }

    public async ValueTask<IStream> OpenStreamAsync(StreamKind kind, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task allowed;
            SessionStream? stream;
            lock (_gate)
            {
                if (_core.State != SessionState.Open)
                    throw new SessionException(_core.Close!);
                stream = _core.TryOpen(kind);
                allowed = _streamsAllowed.Task;
            }

            if (stream is not null)
            {
                Wake();
                return stream;
            }

            await allowed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<IStream> AcceptStreamsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var stream in _accepted.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return stream;
    }

    public bool TrySendDatagram(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (!_core.TryQueueDatagram(datagram))
                return false;
        }

        Wake();
        return true;
    }

    public Task CloseAsync(SessionErrorCode code = SessionErrorCode.None)
    {
        var effects = new SessionEffects();
        lock (_gate)
        {
            _core.BeginClose(new SessionClose(code, ByRemote: false, "closed from this side"), flush: true, Now, effects);
            ArmTimer();
        }

        Deliver(effects);
        Wake();
        return Closed;
    }

    // The loops end at what waits on the link failing, as when the connection breaks.
    public void Abandon() => _link.Abort();

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    void IStreamOwner.OnFlushed(SessionStream stream)
    {
        lock (_gate)
            _core.Flushed(stream);
        Wake();
    }

    void IStreamOwner.OnConsumed(SessionStream stream, long bytes)
    {
        bool output;
        lock (_gate)
        {
            _core.Consumed(stream, bytes);
            output = _core.HasOutput;
        }

        if (output)
            Wake();
    }

    void IStreamOwner.OnInputCompleted(SessionStream stream, ulong code)
    {
        var effects = new SessionEffects();
        lock (_gate)
            _core.CompleteInput(stream, code, effects);
        Deliver(effects);
        Wake();
    }

    void IStreamOwner.OnOutputReset(SessionStream stream, ulong code)
    {
        lock (_gate)
            _core.ResetOutput(stream, code, byRemote: false);
        Wake();
    }

    private void OnTimer()
    {
        var effects = new SessionEffects();
        bool ended;
        lock (_gate)
        {
            _core.Tick(Now, effects);
            ended = _core.State == SessionState.Ended;
            ArmTimer();
        }

        Deliver(effects);
        Wake();
        // Dead, or done with lingering: whatever waits on the link has waited long enough.
        if (ended)
            _link.Abort();
    }

    // Under _gate.
    private void ArmTimer()
    {
        if (_core.NextDeadline is not { } deadline)
            return;
        // Rounded up: a timer that fires a moment early would find nothing to do.
        var due = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((deadline - Now).TotalMilliseconds)));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    // Outside the lock: the room above is continued from here.
    private void Deliver(SessionEffects effects)
    {
        if (effects.IsEmpty)
            return;
        foreach (var stream in effects.Accepted)
            _accepted.Writer.TryWrite(stream);
        foreach (var datagram in effects.Datagrams)
            _datagrams.Writer.TryWrite(datagram);
        foreach (var (stream, ended) in effects.Woken)
            stream.WakeReader(ended);
        if (effects.StreamsAllowed)
        {
            TaskCompletionSource waiting;
            lock (_gate)
            {
                waiting = _streamsAllowed;
                _streamsAllowed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            waiting.TrySetResult();
        }

        effects.Clear();
    }
}
