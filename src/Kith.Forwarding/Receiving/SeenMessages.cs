using Kith.Wire;

namespace Kith.Forwarding.Receiving;

/// <summary>The last messages that were received whole, so many and no more. An id is the sender's random one: only they could make two the same.</summary>
internal sealed class SeenMessages(int most)
{
    private readonly Dictionary<MessageId, bool> _seen = [];
    private readonly Queue<MessageId> _order = new();

    /// <summary>Whether it was received; with <c>isCommitted</c> once it is safe on our side.</summary>
    public bool Has(MessageId id, out bool isCommitted) => _seen.TryGetValue(id, out isCommitted);

    public void Add(MessageId id)
    {
        if (!_seen.TryAdd(id, false))
            return;
        _order.Enqueue(id);
        if (_order.Count > most)
            _seen.Remove(_order.Dequeue());
    }

    public void Commit(MessageId id)
    {
        if (_seen.ContainsKey(id))
            _seen[id] = true;
    }
}
