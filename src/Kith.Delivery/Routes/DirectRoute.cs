using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <summary>
/// Sessions with other devices (docs/protocol/peer.md): keeps one to each wanted peer, takes in those that others make, and carries peer frames on
/// them. What goes from device to device is the direct route; what goes through a relay at the moment is another one, <see cref="Relayed"/>, and what goes through Tor a third, <see cref="Onion"/>. <see cref="Want"/>, <see cref="Unwant"/> and <see cref="Send"/> belong to the node loop and never wait; what arrives goes to the sink.
/// </summary>
public sealed partial class DirectRoute : IRoute, IAsyncDisposable
{
    private readonly X25519PublicKey _local;
    private readonly IReadOnlyList<ICarrier> _carriers;
    private readonly IPeerInputSink _sink;
    private readonly TimeProvider _time;
    private readonly IRandom _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new(); // guards everything below, and what says so in WantedPeer and PeerLink
    private readonly TokenBucket _strangerBundles;
    private readonly Dictionary<AccountId, WantedPeer> _wanted = [];
    private readonly Dictionary<X25519PublicKey, WantedPeer> _byKey = [];
    private readonly Dictionary<ISession, PeerLink> _links = [];
    private readonly List<IListener> _listeners = [];
    private readonly HashSet<Task> _tasks = [];
    private long _nextId;
    private bool _stopped;

    /// <summary>A route with nobody wanted yet.</summary>
    /// <param name="local">This device's transport key.</param>
    /// <param name="carriers">The ways to call.</param>
    /// <param name="sink">Where input goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For the jitter of pauses.</param>
    public DirectRoute(X25519PublicKey local, IReadOnlyList<ICarrier> carriers, IPeerInputSink sink, TimeProvider time, IRandom random)
    {
        _local = local;
        _carriers = carriers;
        _sink = sink;
        _time = time;
        _random = random;
        _strangerBundles = new TokenBucket(PeerProtocol.StrangerBundleBurst, PeerProtocol.StrangerBundlePause, time);
        Stopping = _stopping.Token;
        Relayed = new PartRoute(this, RouteKind.Relay);
        Onion = new PartRoute(this, RouteKind.Onion);
    }

    /// <inheritdoc/>
    public RouteKind Kind => RouteKind.Direct;

    /// <summary>Who takes strangers' sessions over that are for something else than talking to a peer; null for nobody.</summary>
    public SessionTakers? Takers { get; init; }

    /// <summary>
    /// Whether sessions of a carrier may be used with a wanted peer, or (null) with strangers; null for all. What may not is never spoken on: neither is an envelope sent or taken there, nor
    /// anything answered that would say who is here. Called under a lock; it must return at once.
    /// </summary>
    public Func<AccountId?, string, bool>? Allows { get; init; }

    /// <summary>Told of each session with a wanted peer once it is in use, and of where the peer may be: who can find it a better way does so. Called outside of locks; it must return at once.</summary>
    public Action<ISession, IReadOnlyList<NodeAddress>>? WhenInUse { get; set; }

    internal CancellationToken Stopping { get; }

    /// <summary>Takes sessions in at an address; port 0 takes a free one. Returns where it listens.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on.</exception>
    public Task<IPEndPoint> ListenAsync(ICarrier carrier, IPEndPoint endPoint, CancellationToken cancellationToken = default) => ListenAsync(carrier, endPoint, Admission.All, cancellationToken);

    /// <summary>The same for those alone whom the place is for.</summary>
    public async Task<IPEndPoint> ListenAsync(ICarrier carrier, IPEndPoint endPoint, Admission admission, CancellationToken cancellationToken = default)
    {
        var listener = await carrier.ListenAsync(endPoint, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_stopped)
            {
                _listeners.Add(listener);
                Own(AcceptAsync(listener, admission));
                return listener.LocalEndPoint;
            }
        }

        await listener.DisposeAsync().ConfigureAwait(false);
        throw new ObjectDisposedException(nameof(DirectRoute));
    }

    /// <summary>Takes no more sessions in at an address; those that there are go on. Nothing where it was not listened.</summary>
    public async Task StopListeningAsync(IPEndPoint endPoint)
    {
        IListener? listener;
        lock (_gate)
        {
            listener = _stopped ? null : _listeners.Find(one => one.LocalEndPoint.Equals(endPoint));
            if (listener is not null)
                _listeners.Remove(listener);
        }

        if (listener is not null)
            await listener.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The part of the sessions that goes through relays, as a route of its own.</summary>
    public IRoute Relayed { get; }

    /// <summary>The part of the sessions that goes through Tor, as a route of its own.</summary>
    public IRoute Onion { get; }

    /// <inheritdoc/>
    public int Send(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes) => Send(peer, RouteKind.Direct, envelopes);

    /// <summary>As <see cref="Send(AccountId, ReadOnlySpan{ReadOnlyMemory{byte}})"/> on whatever session there is.</summary>
    public int SendAnyhow(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes) => LinkOf(peer)?.Send(PeerFrameType.Envelope, envelopes) ?? 0;

    /// <summary>The session to a peer; null when it is not reachable now. A peer is online while there is one.</summary>
    public PeerSession? SessionOf(AccountId peer) => LinkOf(peer)?.Remote;

    /// <summary>Whether there is a session of a route to a peer now.</summary>
    public bool Reaches(AccountId peer, RouteKind kind)
    {
        lock (_gate)
            return _wanted.GetValueOrDefault(peer)?.LinkOf(kind) is not null;
    }

    /// <summary>Whether there is a session with a node, wanted or not, that goes to it directly.</summary>
    public bool IsDirect(X25519PublicKey key)
    {
        lock (_gate)
            return _links.Values.Any(link => link.Session.RemoteKey == key && link.Session.Path.Kind == PathKind.Direct);
    }

    /// <summary>Adds a session with a wanted peer that stands beside the usual one, for what must go through a relay. False, and it stays the caller's, when the peer is not wanted or it is not theirs.</summary>
    public bool TryAddApart(AccountId peer, ISession session)
    {
        lock (_gate)
        {
            if (_stopped || _wanted.GetValueOrDefault(peer) is not { } wanted || wanted.Connector.Peer != session.RemoteKey || !MayUse(peer, session))
                return false;
            Start(session, wanted, isApart: true);
            return true;
        }
    }

    /// <summary>Every open session.</summary>
    public IReadOnlyList<PeerView> Peers()
    {
        lock (_gate)
        {
            return
            [
                .. _links.Values.Select(link => new PeerView(
                    link.Owner?.Account,
                    Convert.ToHexStringLower(link.Remote.RemoteKeyBytes.Span[..8]),
                    link.Session.Path.Address,
                    link.Remote.IsIncoming,
                    link.Remote.Since,
                    link.Session.Silence,
                    link.Remote.RoundTrip,
                    link.Session.Carrier,
                    link.Session.Path.Kind)),
            ];
        }
    }

    /// <summary>Stops listening and calling, and closes every session.</summary>
    public async ValueTask DisposeAsync()
    {
        IListener[] listeners;
        WantedPeer[] wanted;
        ISession[] sessions;
        lock (_gate)
        {
            if (_stopped)
                return;
            _stopped = true;
            listeners = [.. _listeners];
            wanted = [.. _wanted.Values];
            sessions = [.. _links.Keys];
        }

        await Task.WhenAll(listeners.Select(listener => listener.DisposeAsync().AsTask())).ConfigureAwait(false);
        await Task.WhenAll(
            sessions.Select(session => session.CloseAsync(SessionErrorCode.ShuttingDown))
                .Concat(wanted.Select(one => one.Connector.DisposeAsync().AsTask()))).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] tasks;
        lock (_gate)
            tasks = [.. _tasks];
        await Task.WhenAll(tasks).ConfigureAwait(false);
        _stopping.Dispose();
    }

    // Which session is of a route is asked at this moment: it may have moved since delivery was told.
    private int Send(AccountId peer, RouteKind route, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes)
    {
        PeerLink? link;
        lock (_gate)
            link = _wanted.GetValueOrDefault(peer)?.LinkOf(route);
        return link?.Send(PeerFrameType.Envelope, envelopes) ?? 0;
    }

    private PeerLink? LinkOf(AccountId peer)
    {
        lock (_gate)
            return _wanted.GetValueOrDefault(peer)?.Active;
    }

    // Under _gate. Everything started is awaited when this is disposed.
    private void Own(Task task)
    {
        _tasks.RemoveWhere(static done => done.IsCompleted);
        _tasks.Add(task);
    }

    private sealed class PartRoute(DirectRoute sessions, RouteKind kind) : IRoute
    {
        public RouteKind Kind => kind;

        public int Send(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes) => sessions.Send(peer, kind, envelopes);
    }
}
