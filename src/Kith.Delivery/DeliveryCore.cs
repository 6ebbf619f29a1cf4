using Kith.Delivery.Outbox;
using Kith.Wire;

namespace Kith.Delivery;

/// <summary>
/// The outbox in motion (docs/protocol/delivery.md): to each peer in order, again and again until the receipt, for ever. It does no I/O but the calls of its store and
/// its routes, and belongs to the node loop. Call <see cref="Pump"/> after each commit and at <see cref="NextDeadline"/>: what it sends is committed then.
/// </summary>
public sealed class DeliveryCore
{
    private readonly IOutboxStore _store;
    private readonly RoutePolicy _policy;
    private readonly Dictionary<RouteKind, IRoute> _routes;
    private readonly Dictionary<AccountId, PeerQueue> _queues = [];
    private readonly List<PeerQueue> _dirty = [];
    private readonly List<QueuedItem> _sent = [];
    private readonly Func<bool> _hasRoom;
    private readonly DropQueues? _drops;
    private long? _reportAt;
    private long _checkAt = long.MaxValue;
    private long _pumpedAt = long.MinValue / 2;

    /// <summary>A core over a store and the routes that there are.</summary>
    public DeliveryCore(IOutboxStore store, IEnumerable<IRoute> routes, RoutePolicy policy, IDropRoute? drops = null)
    {
        _store = store;
        _policy = policy;
        _routes = routes.ToDictionary(route => route.Kind);
        _hasRoom = () => _queues.Values.Sum(queue => queue.Bytes) < DeliveryLimits.TotalBytes;
        _drops = drops is null ? null : new DropQueues(store, policy, drops);
    }

    /// <summary>When <see cref="Pump"/> or <see cref="TakeTransmitted"/> has something to do (unix milliseconds), or null. Maybe early, never late.</summary>
    public long? NextDeadline
    {
        get
        {
            var next = Math.Min(Math.Min(_checkAt, _reportAt ?? long.MaxValue), _drops?.CheckAt ?? long.MaxValue);
            return next == long.MaxValue ? null : next;
        }
    }

    /// <summary>An item was committed to the outbox, or sealed there.</summary>
    public void Enqueued(OutboxItem item)
    {
        if (_queues.TryGetValue(item.Peer, out var queue) && queue.IsUp)
        {
            queue.Put(item);
            Touch(queue);
        }

        _drops?.Of(item.Peer)?.Put(item);
    }

    /// <summary>An item is acknowledged end to end, or withdrawn, and is out of the store.</summary>
    public void Settled(AccountId peer, MessageId id, long now)
    {
        if (_queues.TryGetValue(peer, out var queue))
        {
            queue.Settle(id, now);
            Touch(queue);
        }

        // Whether it is in memory or not: it may have been taken before its other routes went.
        foreach (var route in _routes.Values)
            route.Settled(peer, id);
        _drops?.Of(peer)?.Settle(id);
    }

    /// <summary>Something can be left for the peer with holders from now on. Nothing happens when that is so already.</summary>
    public void DropsUp(AccountId peer) => _drops?.Up(peer, _queues.TryGetValue(peer, out var queue) ? queue.Routes : default);

    /// <summary>Nothing can be left for the peer any more, or for a while.</summary>
    public void DropsDown(AccountId peer) => _drops?.Down(peer);

    /// <summary>What is left for the peer goes elsewhere from now on. Nothing of what holders took before counts there: all that is not acknowledged is left anew.</summary>
    public void DropsMoved(AccountId peer, long now)
    {
        DropsDown(peer);
        DropsUp(peer);
        _drops?.Of(peer)?.Renew(now);
    }

    /// <summary>Enough holders have these, and the store says so (<see cref="OutboxItem.StoredAt"/>): after that commit.</summary>
    public void Stored(AccountId peer, IReadOnlyList<MessageId> ids, long now) => _drops?.Of(peer)?.Stored(ids, now);

    /// <summary>These could not be left with holders: they are tried again after a pause.</summary>
    public void Refused(AccountId peer, IReadOnlyList<MessageId> ids, long now) => _drops?.Of(peer)?.Refused(ids, now);

    /// <summary>The peer can be reached, or over a new session: all that is not acknowledged is sent again, in order.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="routes">All on which it can be reached now.</param>
    public void RoutesUp(AccountId peer, RouteSet routes)
    {
        if (!_queues.TryGetValue(peer, out var queue))
            _queues.Add(peer, queue = new PeerQueue(peer, _store, _policy, _routes));
        queue.Up(routes);
        Touch(queue);
        _drops?.Of(peer)?.Change(routes);
    }

    /// <summary>The peer can be reached on other routes than before, and what is on its way is not lost by that: it changed to another path. Nothing is sent again; what waited for a route that is there now is sent.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="routes">All on which it can be reached now.</param>
    public void RoutesChanged(AccountId peer, RouteSet routes)
    {
        if (!_queues.TryGetValue(peer, out var queue) || !queue.IsUp)
            return;
        queue.Change(routes);
        Touch(queue);
        _drops?.Of(peer)?.Change(routes);
    }

    /// <summary>The peer cannot be reached any more.</summary>
    public void RoutesDown(AccountId peer)
    {
        if (_queues.TryGetValue(peer, out var queue))
            queue.Change(default);
        _drops?.Of(peer)?.Change(default);
    }

    /// <summary>The privacy setting towards a peer is another one: what waits is looked at anew.</summary>
    public void PrivacyChanged(AccountId peer)
    {
        if (_queues.TryGetValue(peer, out var queue))
        {
            queue.Restart();
            Touch(queue);
        }

        _drops?.Of(peer)?.Restart();
    }

    /// <summary>A route that took less than all has room again.</summary>
    public void RouteReady(AccountId peer)
    {
        if (_queues.TryGetValue(peer, out var queue))
        {
            queue.Ready();
            Touch(queue);
        }
    }

    /// <summary>Somebody is gone to no more. What can be left for them with holders is another matter: <see cref="DropsDown"/>.</summary>
    public void Forget(AccountId peer)
    {
        if (_queues.Remove(peer, out var queue))
            _dirty.Remove(queue);
        _drops?.Of(peer)?.Change(default);
    }

    /// <summary>After a transaction that was rolled back: what is in memory may be wrong, the store is right. Everything is sent again.</summary>
    public void Reload()
    {
        _sent.Clear();
        _reportAt = null;
        foreach (var queue in _queues.Values)
        {
            queue.Restart();
            Touch(queue);
        }

        _drops?.Restart();
    }

    /// <summary>Hands to the routes what can be sent, and again what is overdue. Only after a commit.</summary>
    /// <param name="now">Unix milliseconds.</param>
    public void Pump(long now)
    {
        // Planned by a clock that was set back, it would all wait until the old time has come. What was on its way then is sent again: the other side knows it.
        if (now < _pumpedAt - DeliveryLimits.ClockStep)
            Reload();
        _pumpedAt = now;
        if (now >= _checkAt)
        {
            foreach (var queue in _queues.Values)
            {
                if (now >= queue.CheckAt)
                    Touch(queue);
            }

            _checkAt = long.MaxValue;
            foreach (var queue in _queues.Values)
                _checkAt = Math.Min(_checkAt, queue.IsDirty ? long.MaxValue : queue.CheckAt);
        }

        foreach (var queue in _dirty)
        {
            queue.IsDirty = false;
            queue.Pump(now, _hasRoom, _sent);
            _checkAt = Math.Min(_checkAt, queue.CheckAt);
        }

        _dirty.Clear();
        _drops?.Pump(now);
        if (_sent.Count > 0)
            _reportAt ??= now + DeliveryLimits.ReportDelay;
    }

    /// <summary>
    /// What routes took for the first time and is still not acknowledged: its state is "sent" now. Call it in each batch of work, and at <see cref="NextDeadline"/>. Items
    /// taken less than <see cref="DeliveryLimits.ReportDelay"/> before <paramref name="now"/> are kept for later: most have their receipt by then and cost nothing.
    /// </summary>
    /// <param name="items">Where they are added.</param>
    /// <param name="now">Unix milliseconds; without it all are told.</param>
    public void TakeTransmitted(List<TransmittedItem> items, long now = long.MaxValue)
    {
        if (_reportAt is not { } at || now < at)
            return;
        _reportAt = null;
        var kept = 0;
        for (var i = 0; i < _sent.Count; i++)
        {
            var item = _sent[i];
            if (item.IsSettled)
                continue;
            if (now != long.MaxValue && now - item.SentAt < DeliveryLimits.ReportDelay)
            {
                _reportAt = Math.Min(_reportAt ?? long.MaxValue, item.SentAt + DeliveryLimits.ReportDelay);
                _sent[kept++] = item;
            }
            else
            {
                items.Add(new TransmittedItem(item.Peer, item.Id, item.TakenBy));
            }
        }

        _sent.RemoveRange(kept, _sent.Count - kept);
    }

    /// <summary>As <see cref="TakeTransmitted"/> for what a route other than the direct one took, at once: before a receipt is looked at, since that may come by another way and then says nothing of it.</summary>
    public void TakeUnusual(List<TransmittedItem> items)
    {
        if (_reportAt is null || !_sent.Exists(static item => item.TakenBy != RouteKind.Direct))
            return;
        foreach (var item in _sent)
        {
            if (item is { TakenBy: not RouteKind.Direct, IsSettled: false })
                items.Add(new TransmittedItem(item.Peer, item.Id, item.TakenBy));
        }

        _sent.RemoveAll(static item => item.TakenBy != RouteKind.Direct);
    }

    private void Touch(PeerQueue queue)
    {
        if (queue.IsDirty)
            return;
        queue.IsDirty = true;
        _dirty.Add(queue);
    }
}
