using Kith.Wire;

namespace Kith.Forwarding.Receiving;

/// <summary>The last messages that were received whole, so many and no more. An id is that of the sender's envelope: only they could make two the same.</summary>
internal sealed class SeenMessages(int most)
{
    private readonly Dictionary<MessageId, (bool IsCommitted, long At)> _seen = [];
    private readonly Queue<MessageId> _order = new();

    /// <summary>Whether it was received; with <c>isCommitted</c> once it is safe on our side. One that was handed on long ago and never became safe counts as new: it may find then what it needs.</summary>
    public bool Has(long now, MessageId id, out bool isCommitted)
    {
        isCommitted = false;
        if (!_seen.TryGetValue(id, out var seen))
            return false;
        isCommitted = seen.IsCommitted;
        return isCommitted || now - seen.At < ReceivingLimits.UnsafeTime;
    }

    public void Add(long now, MessageId id)
    {
        var isNew = !_seen.ContainsKey(id);
        _seen[id] = (false, now);
        if (!isNew)
            return;
        _order.Enqueue(id);
        if (_order.Count > most)
            _seen.Remove(_order.Dequeue());
    }

    public void Commit(MessageId id)
    {
        if (_seen.TryGetValue(id, out var seen))
            _seen[id] = seen with { IsCommitted = true };
    }
}
