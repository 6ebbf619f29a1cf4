using System.Runtime.InteropServices;
using Kith.Wire;

namespace Kith.Delivery.Outbox;

/// <summary>
/// What of one peer's outbox is left with holders: walks through the store once, in order, and again when something is due. Nothing is kept in memory but what is on its
/// way to them.
/// </summary>
internal sealed class DropQueue(AccountId peer, IOutboxStore store, RoutePolicy policy, IDropRoute route, Func<bool> roomElsewhere)
{
    private const long Never = long.MaxValue;

    private static readonly RouteSet OnlyDrops = default(RouteSet).With(RouteKind.Drop);

    private readonly Dictionary<MessageId, int> _underWay = [];
    private readonly List<DropParcel> _batch = [];
    private readonly List<long> _sequences = [];
    private RouteSet _available = OnlyDrops;
    private long _after = -1; // everything up to there was looked at
    private long _againAt = Never; // when one that was passed over is due again
    private long _pauseUntil;
    private long _aloneSince;
    private bool _lostSession;
    private int _refusals;
    private long _renewedAt = long.MinValue; // what was stored before lies where nobody may look any more

    /// <summary>Bytes on their way.</summary>
    public long Bytes { get; private set; }

    /// <summary>When <see cref="Pump"/> has something to do, unix milliseconds; at once to begin with.</summary>
    public long CheckAt { get; private set; }

    /// <summary>There are sessions on these routes, or none.</summary>
    public void Change(RouteSet sessions)
    {
        var before = _available;
        _available = sessions.With(RouteKind.Drop);
        if (!before.HasMoreThan(_available))
            return;
        _lostSession |= sessions.IsEmpty;
        Restart();
    }

    /// <summary>An item was put into the store, or sealed there.</summary>
    public void Put(OutboxItem item)
    {
        if (item.StoredAt is null && _underWay.Remove(item.Id, out var size))
        {
            // Other bytes than those on their way.
            Bytes -= size;
            route.Withdraw(peer, item.Id);
        }

        if (item.Envelope is not { IsEmpty: false } || !IsMine(item.Route))
            return;
        _after = Math.Min(_after, item.Sequence - 1);
        CheckAt = 0;
    }

    /// <summary>An item is acknowledged, or withdrawn.</summary>
    public void Settle(MessageId id)
    {
        if (Take(id))
            route.Withdraw(peer, id);
        else if (_available != OnlyDrops)
            return;

        // It may have held up others, or taken their room.
        CheckAt = 0;
    }

    /// <summary>Holders have these: the store says so already.</summary>
    public void Stored(IReadOnlyList<MessageId> ids, long now)
    {
        foreach (var id in ids)
            Take(id);
        _refusals = 0;
        _againAt = Math.Min(_againAt, now + DeliveryLimits.FirstDropAgain);
        CheckAt = 0;
    }

    /// <summary>These could not be left with anybody for now.</summary>
    public void Refused(IReadOnlyList<MessageId> ids, long now)
    {
        var any = false;
        foreach (var id in ids)
            any |= Take(id);
        if (!any)
            return;
        var pause = Math.Min(DeliveryLimits.LongestDropRetry, DeliveryLimits.DropRetry << Math.Min(_refusals, 8));
        if (now >= _pauseUntil)
            _refusals++;
        _pauseUntil = now + pause;
        Restart();
    }

    /// <summary>What holders took before now counts no more.</summary>
    public void Renew(long now) => _renewedAt = now;

    /// <summary>The store is looked through again from the front.</summary>
    public void Restart()
    {
        _after = -1;
        _againAt = Never;
        CheckAt = 0;
    }

    /// <summary>Nothing of this peer goes this way any more.</summary>
    public void End()
    {
        foreach (var id in _underWay.Keys)
            route.Withdraw(peer, id);
        _underWay.Clear();
        Bytes = 0;
    }

    /// <summary>Hands on what is due: one chunk of the store at a time, so that a long outbox holds nobody up.</summary>
    public void Pump(long now)
    {
        if (_lostSession)
            (_aloneSince, _lostSession) = (now, false);
        // The clock may have been set back meanwhile.
        (_aloneSince, _pauseUntil) = (Math.Min(_aloneSince, now), Math.Min(_pauseUntil, now + DeliveryLimits.LongestDropRetry));
        if (now < CheckAt)
            return;
        CheckAt = Never;
        if (now < _pauseUntil)
        {
            CheckAt = _pauseUntil;
            return;
        }

        if (_againAt <= now)
            Restart();
        CheckAt = Never;
        if (IsFull)
            return;
        var chunk = store.Load(peer, _after, DeliveryLimits.LoadChunk);
        var isThrough = Choose(chunk, now);
        if (Send(now) && isThrough && chunk.Count == DeliveryLimits.LoadChunk)
            CheckAt = now;
        CheckAt = Math.Min(CheckAt, _againAt);
    }

    /// <summary>How long holders are trusted to have what they took.</summary>
    public static long AgainAfter(int stores) =>
        stores >= 4 ? DeliveryLimits.LastDropAgain : Math.Min(DeliveryLimits.LastDropAgain, DeliveryLimits.FirstDropAgain << Math.Max(stores - 1, 0));

    private bool IsFull => _underWay.Count >= DeliveryLimits.DropItems || (_underWay.Count > 0 && (Bytes >= DeliveryLimits.DropBytes || !roomElsewhere()));

    private bool IsMine(RouteKind asked) => policy.Choose(peer, asked, _available) == RouteKind.Drop;

    // Fills the batch; false when the rest has to wait.
    private bool Choose(IReadOnlyList<OutboxItem> chunk, long now)
    {
        _batch.Clear();
        _sequences.Clear();
        long bytes = 0;
        foreach (var item in chunk)
        {
            if (!IsMine(item.Route) || _underWay.ContainsKey(item.Id) || IsKept(item, now))
            {
                Pass(item.Sequence);
                continue;
            }

            // As on every route: what is not sealed holds up what comes after it.
            if (item.Envelope is not { IsEmpty: false } envelope)
                return false;
            var readyAt = Math.Max(item.EnqueuedAt, _aloneSince) + DeliveryLimits.DropGrace;
            if (item.Route == RouteKind.Auto && readyAt > now && item.EnqueuedAt <= now)
            {
                CheckAt = Math.Min(CheckAt, readyAt);
                return false;
            }

            if (_underWay.Count + _batch.Count >= DeliveryLimits.DropItems || (Bytes + bytes > 0 && Bytes + bytes + envelope.Length > DeliveryLimits.DropBytes))
                return false;
            bytes += envelope.Length;
            _batch.Add(new DropParcel(item.Id, envelope));
            _sequences.Add(item.Sequence);
        }

        return true;
    }

    // What stands behind the last one of the batch is looked at again when that was not taken.
    private void Pass(long sequence)
    {
        if (_batch.Count == 0)
            _after = sequence;
    }

    private bool IsKept(OutboxItem item, long now)
    {
        // A clock that was ahead then is not believed.
        if (item.StoredAt is not { } at || at > now + DeliveryLimits.FirstDropAgain || at <= _renewedAt)
            return false;
        var dueAt = at + AgainAfter(item.Stores);
        if (dueAt <= now)
            return false;
        _againAt = Math.Min(_againAt, dueAt);
        return true;
    }

    private bool Send(long now)
    {
        if (_batch.Count == 0)
            return true;
        var taken = route.Put(peer, CollectionsMarshal.AsSpan(_batch));
        for (var i = 0; i < taken; i++)
        {
            _underWay[_batch[i].Id] = _batch[i].Envelope.Length;
            Bytes += _batch[i].Envelope.Length;
            _after = _sequences[i];
        }

        var all = taken == _batch.Count;
        _batch.Clear();
        if (!all)
            CheckAt = Math.Min(CheckAt, now + DeliveryLimits.RefusedRetry);
        return all;
    }

    private bool Take(MessageId id)
    {
        if (!_underWay.Remove(id, out var size))
            return false;
        Bytes -= size;
        return true;
    }
}
