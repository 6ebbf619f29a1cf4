using Kith.Wire;

namespace Kith.Delivery.Outbox;

/// <summary>The queues of all for whom something can be left with holders.</summary>
internal sealed class DropQueues(IOutboxStore store, RoutePolicy policy, IDropRoute route)
{
    private readonly Dictionary<AccountId, DropQueue> _queues = [];
    private bool _isTouched;
    private long _checkAt = long.MaxValue;

    /// <summary>When <see cref="Pump"/> has something to do, unix milliseconds.</summary>
    public long CheckAt => _isTouched ? 0 : _checkAt;

    public void Up(AccountId peer, RouteSet sessions)
    {
        if (_queues.ContainsKey(peer))
            return;
        var queue = new DropQueue(peer, store, policy, route, HasRoom);
        queue.Change(sessions);
        _queues.Add(peer, queue);
        _isTouched = true;
    }

    public void Down(AccountId peer)
    {
        if (_queues.Remove(peer, out var queue))
            queue.End();
    }

    /// <summary>The peer's queue, about to change; null when there is none.</summary>
    public DropQueue? Of(AccountId peer)
    {
        if (!_queues.TryGetValue(peer, out var queue))
            return null;
        _isTouched = true;
        return queue;
    }

    public void Restart()
    {
        foreach (var queue in _queues.Values)
            queue.Restart();
        _isTouched = true;
    }

    public void Pump(long now)
    {
        if (now < CheckAt)
            return;
        _isTouched = false;
        _checkAt = long.MaxValue;
        foreach (var queue in _queues.Values)
        {
            queue.Pump(now);
            _checkAt = Math.Min(_checkAt, queue.CheckAt);
        }
    }

    private bool HasRoom() => _queues.Values.Sum(queue => queue.Bytes) < DeliveryLimits.TotalBytes;
}
