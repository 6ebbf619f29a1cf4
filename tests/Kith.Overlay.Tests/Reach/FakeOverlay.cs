using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

/// <summary>An overlay of which only calls and circuits are there, settled by the test.</summary>
internal sealed class FakeOverlay : IOverlay, IReach
{
    private static readonly OverlayView Nothing = new(null, [], [], 0, 0, [], 0, 0, 0, 0, 0, false);

    private Action<Endpoint>? _watcher;

    /// <summary>What was agreed to.</summary>
    public RelayConsent Consent { get; set; }

    /// <summary>How calls end: settled at once when set.</summary>
    public ReachOutcome? Outcome { get; set; }

    /// <summary>What circuits there are.</summary>
    public CircuitResult Circuit { get; set; } = new(null, RelayRefusal.NotServing);

    /// <summary>The same of each relay; null for <see cref="Circuit"/>.</summary>
    public Func<Endpoint, CircuitResult?>? CircuitOf { get; set; }

    /// <summary>Each call.</summary>
    public List<FakeCall> Calls { get; } = [];

    public List<Endpoint> CircuitsAsked { get; } = [];

    public List<Endpoint> CircuitsClosed { get; } = [];

    public OverlayView View => Nothing with { Relay = RelayView.Nothing with { Consent = Consent } };

    public IReach Reach => this;

    /// <summary>The other side was heard, by a call of its own.</summary>
    public void Heard(Endpoint at) => _watcher?.Invoke(at);

    public async Task<ReachOutcome> CallAsync(
        X25519PublicKey key, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> working, CancellationToken cancellationToken = default)
    {
        var call = new FakeCall(working);
        lock (Calls)
            Calls.Add(call);
        if (Outcome is { } outcome)
            call.Result.TrySetResult(outcome);
        return await call.Result.Task.WaitAsync(cancellationToken);
    }

    public IDisposable Watch(X25519PublicKey key, Action<Endpoint> reached)
    {
        _watcher = reached;
        return new Watching(this);
    }

    public Task<CircuitResult> OpenCircuitAsync(Endpoint relay, ReadOnlyMemory<byte> handle, CancellationToken cancellationToken = default)
    {
        lock (CircuitsAsked)
            CircuitsAsked.Add(relay);
        return Task.FromResult(CircuitOf?.Invoke(relay) ?? Circuit);
    }

    public void CloseCircuit(Endpoint path)
    {
        lock (CircuitsClosed)
            CircuitsClosed.Add(path);
    }

    public bool HasCircuit(Endpoint path)
    {
        lock (CircuitsClosed)
            return !CircuitsClosed.Contains(path);
    }

    public void SetContacts(IReadOnlyCollection<X25519PublicKey> contacts)
    {
    }

    public void SetRoute(Func<Endpoint, Endpoint>? route)
    {
    }

    public void SetRelay(RelayConsent consent) => Consent = consent;

    public void Publish(IReadOnlyList<Publication> publications)
    {
    }

    public void Listen(IReadOnlyList<Sought> sought)
    {
    }

    public void Knock(FindSecret secret)
    {
    }

    public Task<Finding> FindAsync(FindSecret secret, Ed25519PublicKey maker, bool isThorough, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Endpoint>> FindPeersAsync(NodeId key, Action<IReadOnlyList<Endpoint>>? progress = null, CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<Endpoint>>([]);

    public Task<int> AnnounceAsync(NodeId key, CancellationToken cancellationToken = default) => Task.FromResult(0);

    public void Suggest(IReadOnlyList<string> addresses)
    {
    }

    public void NetworkChanged()
    {
    }

    public void TcpWorked()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Watching(FakeOverlay overlay) : IDisposable
    {
        public void Dispose() => overlay._watcher = null;
    }
}

/// <summary>A call that the test settles.</summary>
internal sealed record FakeCall(Action<Endpoint> Working)
{
    public TaskCompletionSource<ReachOutcome> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Dials that the test settles, in the order they were made.</summary>
internal sealed class FakeDialer : IReachDialer
{
    private readonly Channel<FakeDial> _dials = Channel.CreateUnbounded<FakeDial>();

    public ChannelReader<FakeDial> Dials => _dials.Reader;

    public IReachDial Dial(X25519PublicKey? remoteKey)
    {
        var dial = new FakeDial();
        _dials.Writer.TryWrite(dial);
        return dial;
    }

    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>One of them.</summary>
internal sealed class FakeDial : IReachDial
{
    private readonly Channel<Endpoint> _tried = Channel.CreateUnbounded<Endpoint>();

    public TaskCompletionSource<IUdpSession> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChannelReader<Endpoint> Tried => _tried.Reader;

    public Task<IUdpSession> Session => Result.Task;

    public void Try(Endpoint candidate) => _tried.Writer.TryWrite(candidate);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A session whose path the test sets.</summary>
internal sealed class FakeUdpSession(X25519PublicKey remoteKey, PathKind kind, bool isInitiator = true) : IUdpSession
{
    private readonly TaskCompletionSource<SessionClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Endpoint> _probed = Channel.CreateUnbounded<Endpoint>();
    private volatile PathKind _kind = kind;

    public event Action? PathLost;

    public event Action? PathChanged;

    public ChannelReader<Endpoint> Probed => _probed.Reader;

    public int NetworkChanges { get; private set; }

    public X25519PublicKey RemoteKey => remoteKey;

    public ReadOnlyMemory<byte> HandshakeHash => default;

    public string Carrier => "udp";

    public EndPoint? RemoteEndPoint => null;

    public IPAddress? LocalAddress => null;

    public SessionPath Path => new(_kind, "", null);

    public bool IsInitiator => isInitiator;

    public TimeSpan? RoundTripTime => null;

    public TimeSpan Silence { get; set; }

    public Task<SessionClose> Closed => _closed.Task;

    public ChannelReader<ReadOnlyMemory<byte>> Datagrams => throw new NotSupportedException();

    public void Move(PathKind to)
    {
        _kind = to;
        PathChanged?.Invoke();
    }

    public void Lose() => PathLost?.Invoke();

    public void Probe(Endpoint candidate) => _probed.Writer.TryWrite(candidate);

    public void NetworkChanged() => NetworkChanges++;

    public ValueTask<IStream> OpenStreamAsync(StreamKind kind, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<IStream> AcceptStreamsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool TrySendDatagram(ReadOnlySpan<byte> datagram) => false;

    public Task CloseAsync(SessionErrorCode code = SessionErrorCode.None)
    {
        _closed.TrySetResult(new SessionClose(code, ByRemote: false, "a test"));
        return Closed;
    }

    public void Abandon() => _ = CloseAsync();

    public async ValueTask DisposeAsync() => await CloseAsync();
}
