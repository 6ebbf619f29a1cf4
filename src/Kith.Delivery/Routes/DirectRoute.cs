using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <summary>
/// Sessions with other devices (docs/protocol/peer.md): keeps one to each wanted peer, takes in those that others make, and carries peer frames on
/// them. What goes from device to device is the direct route; what goes through a relay at the moment is another one, <see cref="Relayed"/>. <see cref="Want"/>, <see cref="Unwant"/> and <see cref="Send"/> belong to the node loop and never wait; what arrives goes to the sink.
/// </summary>
public sealed class DirectRoute : IRoute, IAsyncDisposable
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
        Relayed = new RelayedRoute(this);
    }

    /// <inheritdoc/>
    public RouteKind Kind => RouteKind.Direct;

    /// <summary>Who takes strangers' sessions over that are for something else than talking to a peer; null for nobody.</summary>
    public SessionTakers? Takers { get; init; }

    /// <summary>Told of each session with a wanted peer once it is in use, and of where the peer may be: who can find it a better way does so. Called outside of locks; it must return at once.</summary>
    public Action<ISession, IReadOnlyList<NodeAddress>>? WhenInUse { get; set; }

    internal CancellationToken Stopping { get; }

    /// <summary>Takes sessions in at an address; port 0 takes a free one. Returns where it listens.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on.</exception>
    public async Task<IPEndPoint> ListenAsync(ICarrier carrier, IPEndPoint endPoint, CancellationToken cancellationToken = default)
    {
        var listener = await carrier.ListenAsync(endPoint, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_stopped)
            {
                _listeners.Add(listener);
                Own(AcceptAsync(listener));
                return listener.LocalEndPoint;
            }
        }

        await listener.DisposeAsync().ConfigureAwait(false);
        throw new ObjectDisposedException(nameof(DirectRoute));
    }

    /// <summary>Takes in a session that neither side began alone, as those that others make; one that there is no room for is closed.</summary>
    public Task TakeInAsync(ISession session) => TryTakeIn(session) ? Task.CompletedTask : session.CloseAsync((SessionErrorCode)PeerErrorCode.Crowded);

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

    /// <summary>Keeps a session to a peer from now on, or changes where it may be. A transport key belongs to one peer: a second one with it is not called.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="key">Its device's transport key.</param>
    /// <param name="addresses">Where it may be, text form, the most likely first; what cannot be read is left out.</param>
    public void Want(AccountId peer, X25519PublicKey key, IReadOnlyList<string> addresses)
    {
        NodeAddress[] parsed = [.. addresses.Select(text => NodeAddress.TryParse(text, out var address) ? address : null).OfType<NodeAddress>()];
        WantedPeer? wanted;
        lock (_gate)
        {
            if (_stopped || key == _local)
                return;
            if (_wanted.TryGetValue(peer, out wanted) && wanted.Connector.Peer != key)
            {
                Remove(wanted);
                wanted = null;
            }

            if (wanted is null)
            {
                if (_byKey.ContainsKey(key))
                    return;
                wanted = new WantedPeer(peer, new PeerConnector(_local, key, _carriers, _time, _random), _sink);
                _wanted.Add(peer, wanted);
                _byKey.Add(key, wanted);
                Own(KeepAsync(wanted));
                foreach (var link in _links.Values.Where(link => link.Owner is null && link.Session.RemoteKey == key))
                {
                    link.Promote();
                    wanted.Connector.Offer(link.Session);
                }
            }
        }

        wanted.Addresses = parsed;
        wanted.Connector.SetAddresses(parsed);
    }

    /// <summary>Closes the sessions with a peer and makes none any more.</summary>
    public void Unwant(AccountId peer)
    {
        lock (_gate)
        {
            if (_wanted.TryGetValue(peer, out var wanted))
                Remove(wanted);
        }
    }

    /// <summary>Calls those who are not connected at once: the network is back, or the user is waiting.</summary>
    public void Nudge()
    {
        lock (_gate)
        {
            foreach (var wanted in _wanted.Values.Where(wanted => wanted.Active is null))
                wanted.Connector.Nudge();
        }
    }

    /// <summary>As <see cref="Nudge()"/>, and breaks off what is under way: there are ways that were not there when it began.</summary>
    public void CallAnew()
    {
        lock (_gate)
        {
            foreach (var wanted in _wanted.Values.Where(wanted => wanted.Active is null))
                wanted.Connector.CallAnew();
        }
    }

    /// <summary>Calls one peer at once, if it is not connected.</summary>
    public void Nudge(AccountId peer)
    {
        lock (_gate)
        {
            if (_wanted.TryGetValue(peer, out var wanted) && wanted.Active is null)
                wanted.Connector.Nudge();
        }
    }

    /// <summary>This machine's addresses have changed: sessions that cannot do without one that is gone end at once, the others look for their way, and everybody without one is called.</summary>
    /// <param name="own">All addresses that this machine has now.</param>
    /// <param name="slept">How long the machine slept before, if it did: nobody waits longer for a session than it may be silent.</param>
    public void NetworkChanged(IReadOnlySet<IPAddress> own, TimeSpan slept = default)
    {
        ISession[] sessions;
        lock (_gate)
            sessions = [.. _links.Keys];
        // Outside of the lock: a session does it at once, and may tell us of what follows.
        foreach (var session in sessions)
        {
            if (session is IUdpSession udp)
                udp.NetworkChanged();
            else if (slept >= SessionLimits.DeadAfter || (session.LocalAddress is { IsIPv6LinkLocal: false } local && !own.Contains(local)))
                session.Abandon();
        }

        Nudge();
    }

    /// <summary>The part of the sessions that goes through relays, as a route of its own.</summary>
    public IRoute Relayed { get; }

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

    /// <summary>The key of a wanted peer and where it may be; null when it is not wanted.</summary>
    public (X25519PublicKey Key, IReadOnlyList<NodeAddress> Addresses)? WhereIs(AccountId peer)
    {
        lock (_gate)
            return _wanted.GetValueOrDefault(peer) is { } wanted ? (wanted.Connector.Peer, wanted.Addresses) : null;
    }

    /// <summary>Adds a session with a wanted peer that stands beside the usual one, for what must go through a relay. False, and it stays the caller's, when the peer is not wanted or it is not theirs.</summary>
    public bool TryAddApart(AccountId peer, ISession session)
    {
        lock (_gate)
        {
            if (_stopped || _wanted.GetValueOrDefault(peer) is not { } wanted || wanted.Connector.Peer != session.RemoteKey)
                return false;
            Start(session, wanted, isApart: true);
            return true;
        }
    }

    /// <summary>Why the last call to a peer came to nothing, for <c>kith doctor</c>; null when it did not, or the peer is not wanted.</summary>
    public SessionException? LastFailureOf(AccountId peer)
    {
        lock (_gate)
            return _wanted.GetValueOrDefault(peer)?.Connector.LastFailure;
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

    internal bool TryTakeStrangerBundle()
    {
        lock (_gate)
            return _strangerBundles.TryTake();
    }

    /// <summary>The link's stream is there: frames can be sent.</summary>
    internal Task OnLinkReadyAsync(PeerLink link)
    {
        lock (_gate)
        {
            link.IsReady = true;
            // No session for what must go through a relay: the usual one, from somebody who has lost the one before or comes another way.
            if (link is { IsPending: true, IsApart: false, Owner: { } wanted })
                return wanted.Connector.Offer(link.Session) ? Task.CompletedTask : link.Session.CloseAsync();
            return link.Owner is { } owner ? Attach(link, owner) : Task.CompletedTask;
        }
    }

    /// <summary>There is room again. Best effort: delivery tries again by itself after a second.</summary>
    internal void OnLinkRoom(PeerLink link)
    {
        if (link.Owner is { } owner)
            _sink.TryPost(new PeerInput.PeerReady(owner.Account));
    }

    internal Task OnLinkEndedAsync(PeerLink link)
    {
        lock (_gate)
        {
            link.IsReady = false;
            _links.Remove(link.Session);
            if (link.Owner is not { } owner)
                return Task.CompletedTask;
            owner.Ready.Remove(link);
            owner.Choose();
            return owner.AnnounceAsync(_gate, Stopping);
        }
    }

    /// <summary>The session goes another way now.</summary>
    internal void OnLinkMoved(PeerLink link)
    {
        lock (_gate)
        {
            if (link is { Owner: { } owner, IsReady: true })
                Own(owner.AnnounceAsync(_gate, Stopping));
        }
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

    private async Task AcceptAsync(IListener listener)
    {
        await foreach (var session in listener.Sessions.ReadAllAsync().ConfigureAwait(false))
        {
            if (!TryTakeIn(session))
                await session.CloseAsync((SessionErrorCode)PeerErrorCode.Crowded).ConfigureAwait(false);
        }
    }

    private bool TryTakeIn(ISession session)
    {
        lock (_gate)
        {
            if (_stopped || session.RemoteKey == _local)
                return false;
            if (_byKey.TryGetValue(session.RemoteKey, out var wanted))
            {
                if (session.Path.Kind != PathKind.Relay || wanted.Active is null)
                    return wanted.Connector.Offer(session);
                Start(session, wanted, isPending: true);
                return true;
            }

            MakeRoom();
            Start(session, owner: null);
            return true;
        }
    }

    // Under _gate. A newcomer is let in and somebody longer here leaves: a contact-to-be needs a second, who stays needs nothing.
    private void MakeRoom()
    {
        var strangers = _links.Values.Where(link => link.Owner is null && !link.IsLeaving).ToList();
        if (strangers.Count >= PeerProtocol.MaxStrangers)
            Own(StrangerChoice.ToLeave(strangers, link => link.Session.RemoteEndPoint, link => link.Remote.Id).LeaveAsync());
    }

    // Takes every session with a wanted peer, whoever made it.
    private async Task KeepAsync(WantedPeer wanted)
    {
        await foreach (var session in wanted.Connector.Sessions.ReadAllAsync().ConfigureAwait(false))
        {
            lock (_gate)
            {
                if (!_links.TryGetValue(session, out var link))
                {
                    Start(session, wanted);
                    continue;
                }

                // A stranger that became a contact.
                link.Owner = wanted;
                if (link.IsReady)
                    Own(Attach(link, wanted));
            }
        }
    }

    // Under _gate.
    private void Start(ISession session, WantedPeer? owner, bool isPending = false, bool isApart = false)
    {
        var link = new PeerLink(this, session, ++_nextId, owner is null, _sink, _time) { Owner = owner, IsPending = isPending, IsApart = isApart };
        _links.Add(session, link);
        Own(RunAsync(link));
    }

    private static async Task RunAsync(PeerLink link)
    {
        // Not on the caller's stack: it holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using (link)
            await link.RunAsync().ConfigureAwait(false);
    }

    // Under _gate.
    private Task Attach(PeerLink link, WantedPeer owner)
    {
        if (!owner.Ready.Contains(link))
        {
            owner.Ready.Add(link);
            if (WhenInUse is { } attend && !link.IsApart)
                Own(Task.Run(() => attend(link.Session, owner.Addresses)));
        }

        owner.Choose();
        return owner.AnnounceAsync(_gate, Stopping);
    }

    // Under _gate. Its sessions end, each link tells so, and the last one that nobody is there.
    private void Remove(WantedPeer wanted)
    {
        _wanted.Remove(wanted.Account);
        _byKey.Remove(wanted.Connector.Peer);
        Own(wanted.Connector.DisposeAsync().AsTask());
    }

    // Under _gate. Everything started is awaited when this is disposed.
    private void Own(Task task)
    {
        _tasks.RemoveWhere(static done => done.IsCompleted);
        _tasks.Add(task);
    }

    private sealed class RelayedRoute(DirectRoute sessions) : IRoute
    {
        public RouteKind Kind => RouteKind.Relay;

        public int Send(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes) => sessions.Send(peer, RouteKind.Relay, envelopes);
    }
}
