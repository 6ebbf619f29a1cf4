using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <summary>
/// A session over datagrams: the core under a lock, and no thread of its own. Whoever brings something (a datagram, the timer, a flush) does what follows of it: what the core
/// wants done outside is done after the lock is released, and what is to be sent is sent there and then.
/// </summary>
internal sealed partial class UdpSession : IUdpSession, IStreamOwner
{
    /// <summary>What the carrier is called.</summary>
    public const string CarrierName = "udp";

    private readonly Lock _gate = new(); // guards _core and everything that says so
    private readonly ConnectionHost _host;
    private readonly ConnectionCore _core;
    private readonly Channel<IStream> _accepted;
    private readonly Channel<ReadOnlyMemory<byte>> _datagrams = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(SessionLimits.MaxQueuedDatagrams) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly TaskCompletionSource<SessionClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IUdpSession> _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _streamsAllowed = new(TaskCreationOptions.RunContinuationsAsynchronously); // swapped under _gate
    private SessionPath _path = new(PathKind.Direct, "", null); // written under _gate
    private Endpoint _pathEndpoint; // under _gate

    /// <summary>Takes a core over, before anybody else knows of it.</summary>
    public UdpSession(ConnectionHost host, ConnectionCore core)
    {
        (_host, _core) = (host, core);
        core.Host = this;
        core.Owner = this;
        // The other side cannot have more streams open than it was allowed, so this never fills.
        _accepted = Channel.CreateBounded<IStream>(new BoundedChannelOptions(host.Options.MaxStreams));
        _timer = host.Time.CreateTimer(static state => ((UdpSession)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _established.Task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public event Action? PathChanged;

    public event Action? PathLost;

    /// <summary>The session itself once both keys are proved; faults with why it did not come about.</summary>
    public Task<IUdpSession> Established => _established.Task;

    public X25519PublicKey RemoteKey => _core.RemoteKey;

    public ReadOnlyMemory<byte> HandshakeHash => _core.HandshakeHash;

    public string Carrier => CarrierName;

    public SessionPath Path => Volatile.Read(ref _path);

    public EndPoint? RemoteEndPoint => IPEndPoint.TryParse(Path.Address, out var endPoint) && Path.Kind == PathKind.Direct ? endPoint : null;

    // It lives on whatever address the machine has.
    public IPAddress? LocalAddress => null;

    public bool IsInitiator => _core.IsInitiator;

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

    public TimeSpan Silence
    {
        get
        {
            lock (_gate)
                return _host.Now - _core.LastReceived;
        }
    }

    /// <summary>While it is being called: sends the handshake there too. Afterwards a probe.</summary>
    public void Try(Endpoint candidate)
    {
        if (!_host.Port.CanSendTo(candidate))
            return;
        lock (_gate)
        {
            _core.Try(_host.Now, candidate);
            ArmTimer();
        }

        Pump();
    }

    public void Probe(Endpoint candidate) => Try(candidate);

    /// <summary>The machine there says that nobody is at that port; false when this is no call any more, and will not be one again.</summary>
    public bool NobodyAt(Endpoint candidate)
    {
        lock (_gate)
        {
            if (_core.State != ConnectionState.Connecting)
                return false;
            _core.NobodyAt(_host.Now, candidate);
            ArmTimer();
            return true;
        }
    }

    public void NetworkChanged()
    {
        lock (_gate)
        {
            if (_core.State != ConnectionState.Open)
                return;
            foreach (var path in _core.Paths)
                _core.Probe(_host.Now, path.Endpoint);
            ArmTimer();
        }

        Pump();
    }

    public async ValueTask<IStream> OpenStreamAsync(StreamKind kind, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task allowed;
            SessionStream? stream;
            lock (_gate)
            {
                if (_core.State != ConnectionState.Open)
                    throw new SessionException(_core.Close ?? new SessionClose(SessionErrorCode.Internal, ByRemote: false, "the session is not open yet"));
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
        if (datagram.Length > SessionLimits.MaxDatagramSize)
            return false;
        bool queued;
        lock (_gate)
            queued = _core.TryQueueDatagram(datagram);
        if (queued)
            Wake();
        return queued;
    }

    public Task CloseAsync(SessionErrorCode code = SessionErrorCode.None)
    {
        var effects = Rent();
        lock (_gate)
        {
            _core.BeginClose(new SessionClose(code, ByRemote: false, "closed from this side"), flush: true, _host.Now, effects);
            ArmTimer();
        }

        Deliver(effects);
        Pump();
        return Closed;
    }

    public void Abandon() => EndCore(SessionErrorCode.ConnectionLost, "abandoned");

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
            _core.Consumed(_host.Now, stream, bytes);
            output = _core.HasOutput;
        }

        if (output)
            Wake();
    }

    void IStreamOwner.OnInputCompleted(SessionStream stream, ulong code)
    {
        var effects = Rent();
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

    private void EndCore(SessionErrorCode code, string reason)
    {
        var effects = Rent();
        lock (_gate)
            _core.End(new SessionClose(code, ByRemote: false, reason), effects);
        Deliver(effects);
    }
}
