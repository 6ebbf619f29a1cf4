using System.Runtime.InteropServices;
using Kith.Wire;

namespace Kith.Delivery.Outbox;

/// <summary>What goes to one peer while a route to it is up. While none is, nothing is kept in memory: the store has it.</summary>
internal sealed class PeerQueue(AccountId peer, IOutboxStore store, RoutePolicy policy, IReadOnlyDictionary<RouteKind, IRoute> routes)
{
    private const long Never = long.MaxValue;

    private readonly ReceiptClock _clock = new();
    private readonly List<ReadOnlyMemory<byte>> _batch = [];
    private PeerWindow _window = new();
    private RouteSet _up;
    private long _headSince;
    private bool _refused;
    private bool _hasPassed; // some before the cursor were passed over, since their route is not there

    public AccountId Peer => peer;

    public bool IsUp => !_up.IsEmpty;

    /// <summary>The routes that are up.</summary>
    public RouteSet Routes => _up;

    public long Bytes => _window.Bytes;

    /// <summary>When something may be due, unix milliseconds: never too late, maybe too early.</summary>
    public long CheckAt { get; private set; } = Never;

    /// <summary>A receipt or a refusal has changed what can be done: <see cref="Pump"/> is to be called.</summary>
    public bool IsDirty { get; set; }

    public void Put(OutboxItem item)
    {
        if (IsUp)
            _window.Put(item);
    }

    public void Settle(MessageId id, long now)
    {
        var head = _window.Head;
        var item = _window.Settle(id);
        if (item is null)
            return;
        if (item.Sends == 1)
            _clock.Sample(now - item.SentAt);
        if (_window.Head != head)
            _headSince = now;
    }

    public void Up(RouteSet routes)
    {
        _up = routes;
        _refused = false;
        _hasPassed = false;
        _window.Rewind();
    }

    public void Change(RouteSet routes)
    {
        _refused &= !routes.HasMoreThan(_up);
        _up = routes;
        if (!IsUp)
            Restart();
    }

    /// <summary>The route has room again.</summary>
    public void Ready() => _refused = false;

    /// <summary>Forgets what is in memory; it is read from the store again.</summary>
    public void Restart()
    {
        _window = new PeerWindow();
        _refused = false;
        _hasPassed = false;
        CheckAt = Never;
    }

    /// <summary>Sends what can be sent, and again what is overdue.</summary>
    public void Pump(long now, Func<bool> roomInMemory, List<QueuedItem> firstSent)
    {
        if (!IsUp)
            return;
        if (now >= CheckAt)
        {
            _refused = false;
            Resend(now, firstSent);
        }

        if (_hasPassed && !_refused)
            SendPassed(now, firstSent);
        while (!_refused)
        {
            if (_window.Cursor >= _window.End)
            {
                _window.Load(store, peer, roomInMemory);
                if (_window.Cursor >= _window.End)
                    return;
            }

            if (!SendFromCursor(now, firstSent))
                return;
        }
    }

    // One batch; false when nothing more can be sent now.
    private bool SendFromCursor(long now, List<QueuedItem> firstSent)
    {
        var (from, to) = (_window.Cursor, _window.Cursor);
        RouteKind? route = null;
        _batch.Clear();
        for (; to < _window.End && _batch.Count < DeliveryLimits.SendBatch; to++)
        {
            var item = _window[to];
            if (item.IsSettled)
                continue;

            // An item that is not sealed holds up the later ones: they arrive in order or not yet.
            if (item.Envelope is not { } envelope)
                break;

            // One whose route is not there holds up nobody: it was asked to wait, and the conversation has an order of its own.
            if (policy.Choose(peer, item.Asked, _up) is not { } choice)
            {
                item.IsPassed = _hasPassed = true;
                continue;
            }

            if ((route ?? choice) != choice)
                break;
            item.IsPassed = false;
            route = choice;
            _batch.Add(envelope);
        }

        if (_batch.Count == 0)
        {
            _window.Cursor = to;
            return to == _window.End;
        }

        var taken = routes[route!.Value].Send(peer, CollectionsMarshal.AsSpan(_batch));
        var index = from;
        for (var left = taken; left > 0; index++)
        {
            if (_window[index].IsSettled || _window[index].IsPassed)
                continue;
            Sent(_window[index], route.Value, now, firstSent);
            left--;
        }

        var all = taken == _batch.Count;
        _window.Cursor = all ? to : index;
        _batch.Clear();
        if (all)
            return true;
        Refused(now);
        return false;
    }

    // Those that were passed over and whose route is there now, in order.
    private void SendPassed(long now, List<QueuedItem> firstSent)
    {
        _hasPassed = false;
        for (var i = _window.Head; i < _window.Cursor; i++)
        {
            var item = _window[i];
            if (!item.IsPassed || item.IsSettled)
                continue;
            if (!_refused && item.Envelope is { } envelope && policy.Choose(peer, item.Asked, _up) is { } route)
            {
                if (routes[route].Send(peer, [envelope]) == 1)
                {
                    item.IsPassed = false;
                    Sent(item, route, now, firstSent);
                    continue;
                }

                Refused(now);
            }

            _hasPassed = true;
        }
    }

    private void Resend(long now, List<QueuedItem> firstSent)
    {
        CheckAt = Never;
        var resent = 0;
        for (var i = _window.Head; i < _window.Cursor; i++)
        {
            var item = _window[i];
            if (item.IsSettled || item.SentAt == QueuedItem.NeverSent)
                continue;
            var due = Due(item);
            if (due <= now && !_refused && resent < DeliveryLimits.ResendBatch
                && item.Envelope is { } envelope && policy.Choose(peer, item.Asked, _up) is { } route)
            {
                if (routes[route].Send(peer, [envelope]) == 1)
                {
                    item.Attempts++;
                    resent++;
                    Sent(item, route, now, firstSent);
                    due = Due(item);
                }
                else
                {
                    Refused(now);
                }
            }

            CheckAt = Math.Min(CheckAt, Math.Max(due, now + DeliveryLimits.RefusedRetry));
        }
    }

    private long Due(QueuedItem item) => Math.Max(item.SentAt, _headSince) + _clock.Timeout(item.Attempts);

    private void Sent(QueuedItem item, RouteKind route, long now, List<QueuedItem> firstSent)
    {
        item.SentAt = now;
        item.Sends++;
        item.TakenBy = route;
        if (item.Envelope is { } envelope)
            routes[route].Took(peer, item.Id, envelope);
        CheckAt = Math.Min(CheckAt, now + _clock.Timeout(item.Attempts));
        if (item.IsReported)
            return;
        item.IsReported = true;
        firstSent.Add(item);
    }

    private void Refused(long now)
    {
        _refused = true;
        CheckAt = Math.Min(CheckAt, now + DeliveryLimits.RefusedRetry);
    }
}
