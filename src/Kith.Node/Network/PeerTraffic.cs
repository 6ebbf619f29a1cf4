using Kith.Crypto;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Node.Loop;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Between the messenger and the other nodes, both ways, on the loop: what sessions bring goes to the messenger inside the transaction; what the messenger causes
/// goes to delivery and the sessions after the commit. Nothing of delivery's own state is changed inside a transaction, as that may be run again.
/// </summary>
internal sealed class PeerTraffic : IOutbound
{
    private readonly DeliveryCore _delivery;
    private readonly DirectRoute _route;
    private readonly PrivacyBoard _privacy;
    private readonly IPeerProtocol _peers;
    private readonly HeldEffects _effects;
    private readonly TimeProvider _time;
    private readonly Action<NodeEvent> _publish;
    private readonly PeerSessions _sessions;
    private readonly BundleRequests _bundles;
    private readonly Dictionary<AccountId, PathKind> _online = [];
    private readonly Dictionary<AccountId, RouteSet> _bySessions = [];
    private readonly HashSet<AccountId> _byForwarders = [];
    private readonly RelayedWaiting _relayed;
    private readonly List<TransmittedItem> _transmitted = [];

    /// <summary>The overlay, which looks for whom the route does not reach; set before anything happens.</summary>
    public NodeOverlay? Overlay { get; set; }

    /// <summary>Forwarding; set before anything happens.</summary>
    public NodeForwarding? Forwarding { get; set; }

    /// <summary>Told where a peer is from now on.</summary>
    public Action<X25519PublicKey, IReadOnlyList<string>>? WhenAddressed { get; set; }

    /// <summary>Told what is to be left for a peer with holders, once and at best effort.</summary>
    public Action<AccountId, ReadOnlyMemory<byte>>? WhenLeft { get; set; }

    /// <summary>Told that there are other boxes than before.</summary>
    public Action? WhenBoxesChanged { get; set; }

    /// <summary>Told that other people are let in at the onion services than before.</summary>
    public Action? WhenOnionChanged { get; set; }

    /// <summary>Told where a peer is called from now on; nowhere when they are wanted no more.</summary>
    public Action<AccountId, IReadOnlyList<string>>? WhenCalledAt { get; set; }

    public PeerTraffic(
        DeliveryCore delivery, RelayedWaiting relayed, DirectRoute route, PrivacyBoard privacy, IPeerProtocol peers, HeldEffects effects, TimeProvider time, Action<NodeEvent> publish)
    {
        (_delivery, _relayed, _route, _privacy, _peers, _effects, _time, _publish) = (delivery, relayed, route, privacy, peers, effects, time, publish);
        _sessions = new PeerSessions(route, peers);
        _bundles = new BundleRequests(_sessions, peers, effects.After, time);
    }

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline =>
        Deadlines.Earlier(Deadlines.Earlier(_delivery.NextDeadline, _bundles.NextDeadline), Deadlines.Earlier(_peers.NextDeadline, _relayed.NextDeadline));

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes what a session brought, inside the open transaction.</summary>
    public void Take(PeerInput input)
    {
        switch (input)
        {
            case PeerInput.EnvelopesReceived { Session: var session } when IsBarred(session):
            case PeerInput.BundleRequested { Session: var asking } when IsBarred(asking):
            case PeerInput.BundleReceived { Session: var answering } when IsBarred(answering):
                break;
            case PeerInput.EnvelopesReceived e:
                _sessions.Heard(e.Session);
                TellUnusual();
                var from = Origin(e.Session);
                foreach (var envelope in e.Envelopes)
                    _peers.ReceiveEnvelope(from, envelope);
                break;
            case PeerInput.BundleRequested e:
                _sessions.Heard(e.Session);
                if (_peers.AnswerBundleRequest(Origin(e.Session), e.Body.Span) is { } answer)
                    _effects.After(() => e.Session.TrySendBundle(answer));
                break;
            case PeerInput.BundleReceived e:
                if (_peers.PeerOf(e.Session.RemoteKeyBytes.Span) is { } giver)
                    _peers.ReceiveBundle(giver, Origin(e.Session), e.Body.Span);
                break;
            case PeerInput.PeerUp e:
                _bundles.OnPeerUp(e.Peer);
                _effects.After(() => OnUp(e.Peer, e.Routes, e.Path));
                break;
            case PeerInput.PeerMoved e:
                _effects.After(() => OnMoved(e.Peer, e.Routes, e.Path));
                break;
            case PeerInput.PeerDown e:
                _effects.After(() => OnDown(e.Peer));
                break;
            case PeerInput.PeerReady e:
                _effects.After(() => _delivery.RouteReady(e.Peer));
                break;
        }
    }

    /// <summary>Does what is due, inside the open transaction. True when the messenger had something.</summary>
    public bool Tick()
    {
        _bundles.Retry();
        _relayed.Tick();
        if (_peers.NextDeadline is not { } due || due > Now)
            return false;
        _peers.Tick();
        return true;
    }

    /// <inheritdoc/>
    public void EndBatch()
    {
        // What has been handed to a route and is not acknowledged yet is "sent".
        _delivery.TakeTransmitted(_transmitted);
        Report();
    }

    /// <summary>Tells which way went what is not acknowledged yet and did not go the usual one: before receipts are looked at, inside the open transaction.</summary>
    public void TellUnusual()
    {
        _delivery.TakeUnusual(_transmitted);
        Report();
    }

    private void Report()
    {
        if (_transmitted.Count == 0)
            return;
        foreach (var group in _transmitted.GroupBy(item => (item.Peer, item.Route)))
            _peers.Transmitted(group.Key.Peer, [.. group.Select(item => item.Id)], group.Key.Route);
        _transmitted.Clear();
    }

    /// <inheritdoc/>
    public void Enqueued(OutboxItem item)
    {
        _delivery.Enqueued(item);
        if (item.Route == RouteKind.Forward)
            Forwarding?.Want(item.Peer);
        if (!_online.ContainsKey(item.Peer))
            Overlay?.Urge(item.Peer);
        _relayed.Enqueued(item);
    }

    /// <inheritdoc/>
    public void Settled(AccountId peer, MessageId id) => _delivery.Settled(peer, id, Now);

    /// <inheritdoc/>
    public void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope, RouteKind otherwise)
    {
        if (_route.SendAnyhow(peer, [envelope]) > 0)
            return;
        if (_sessions.Of(peer) is { } session && !IsBarred(session))
            session.TrySendEnvelope(envelope);
        else if (otherwise == RouteKind.Drop || (otherwise == RouteKind.Forward && !TryForward(peer, envelope)))
            Leave(peer, envelope);
    }

    private bool TryForward(AccountId peer, ReadOnlyMemory<byte> envelope) =>
        PrivacyRules.Allows(_privacy.Towards(peer), _privacy.OwnForRoutes, RouteKind.Forward) && Forwarding?.TrySendOnce(peer, envelope) == true;

    /// <summary>Leaves with holders what could not be sent once.</summary>
    public void Leave(AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        if (PrivacyRules.Allows(_privacy.Towards(peer), _privacy.OwnForRoutes, RouteKind.Drop))
            WhenLeft?.Invoke(peer, envelope);
    }

    /// <inheritdoc/>
    public void RequestBundle(AccountId peer) => _bundles.Need(peer);

    /// <inheritdoc/>
    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint)
    {
        if (endpoint is not null && X25519PublicKey.TryParse(endpoint.TransportKey.Span, out var key))
        {
            var isOther = _privacy.Put(peer, endpoint.Privacy);
            // Who must not learn where we are is called nowhere but where they cannot.
            string[] addresses = [.. endpoint.Addresses.Where(address => PrivacyRules.AllowsAddress(endpoint.Privacy, address))];
            _route.Want(peer, key, addresses);
            Overlay?.PeerChanged(peer, endpoint.Privacy == PrivacyLevel.Open && _privacy.Own == PrivacyLevel.Open ? endpoint : null);
            Forwarding?.PeerChanged(peer, endpoint);
            WhenAddressed?.Invoke(key, addresses);
            WhenCalledAt?.Invoke(peer, addresses);
            if (!isOther)
                return;
            _route.Review();
            _delivery.PrivacyChanged(peer);
            return;
        }

        _route.Unwant(peer);
        WhenCalledAt?.Invoke(peer, []);
        Overlay?.PeerChanged(peer, null);
        Forwarding?.PeerChanged(peer, null);
        _byForwarders.Remove(peer);
        _delivery.Forget(peer);
        _bundles.Forget(peer);
        OnDown(peer);
    }

    /// <inheritdoc/>
    public void FindingChanged() => Overlay?.FindingChanged();

    /// <inheritdoc/>
    public void BoxesChanged() => WhenBoxesChanged?.Invoke();

    /// <inheritdoc/>
    public void OnionChanged() => WhenOnionChanged?.Invoke();

    /// <inheritdoc/>
    public void Flush()
    {
        _sessions.Clear();
        _delivery.Pump(Now);
    }

    /// <inheritdoc/>
    public void Restart()
    {
        _transmitted.Clear();
        _delivery.Reload();
    }

    // Whoever may not know that we are here hears nothing, whatever they send and wherever they found us.
    private bool IsBarred(PeerSession session) =>
        !_privacy.IsOpenToAll && !_privacy.AllowsSession(_peers.PeerOf(session.RemoteKeyBytes.Span), session.Carrier);

    private RouteSet All(AccountId peer)
    {
        var routes = _bySessions.GetValueOrDefault(peer);
        return _byForwarders.Contains(peer) ? routes.With(RouteKind.Forward) : routes;
    }

    /// <summary>Forwarders lead to a peer, or no longer do.</summary>
    public void Reached(AccountId peer, bool byForwarders)
    {
        var wasUp = !All(peer).IsEmpty;
        if (!(byForwarders ? _byForwarders.Add(peer) : _byForwarders.Remove(peer)))
            return;
        var routes = All(peer);
        if (routes.IsEmpty)
            _delivery.RoutesDown(peer);
        else if (wasUp)
            _delivery.RoutesChanged(peer, routes);
        else
            _delivery.RoutesUp(peer, routes);
        _delivery.Pump(Now);
    }

    private static PeerOrigin Origin(PeerSession session) => new(session.Route, session.RemoteKeyBytes, session.HandshakeHash);

    private void OnUp(AccountId peer, RouteSet routes, PathKind path)
    {
        _bySessions[peer] = routes;
        _delivery.RoutesUp(peer, All(peer));
        Show(peer, path);
    }

    private void OnMoved(AccountId peer, RouteSet routes, PathKind path)
    {
        _bySessions[peer] = routes;
        _delivery.RoutesChanged(peer, All(peer));
        Show(peer, path);
    }

    private void OnDown(AccountId peer)
    {
        _bySessions.Remove(peer);
        if (_byForwarders.Contains(peer))
            _delivery.RoutesChanged(peer, All(peer));
        else
            _delivery.RoutesDown(peer);
        if (!_online.Remove(peer))
            return;
        _publish(new NodeEvent.Presence(peer, Path: null));
        Overlay?.Presence(peer, online: false);
    }

    // Whoever has a session is online; which way it goes is shown too.
    private void Show(AccountId peer, PathKind path)
    {
        if (_online.TryGetValue(peer, out var shown) && shown == path)
            return;
        _online[peer] = path;
        _publish(new NodeEvent.Presence(peer, NetworkPicture.WayOf(path)));
        Overlay?.Presence(peer, online: true);
    }
}
