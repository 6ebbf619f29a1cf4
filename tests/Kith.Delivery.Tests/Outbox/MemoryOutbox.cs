using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

/// <summary>An outbox in memory, and how often it was asked.</summary>
internal sealed class MemoryOutbox : IOutboxStore
{
    private readonly SortedDictionary<long, OutboxItem> _items = [];
    private readonly Dictionary<MessageId, OutboxItem> _byId = [];
    private long _last;

    public int Loads { get; private set; }

    public IEnumerable<OutboxItem> Items => _items.Values;

    public MemoryOutbox Copy()
    {
        var copy = new MemoryOutbox { _last = _last };
        foreach (var item in _items.Values)
            copy.Put(item);
        return copy;
    }

    public long NextSequence() => ++_last;

    public void Put(OutboxItem item)
    {
        Remove(item.Id);
        _items[item.Sequence] = item;
        _byId[item.Id] = item;
    }

    public bool Remove(MessageId id) => _byId.Remove(id, out var item) && _items.Remove(item.Sequence);

    public OutboxItem? Find(MessageId id) => _byId.GetValueOrDefault(id);

    public IReadOnlyList<OutboxItem> Load(AccountId peer, long after, int limit)
    {
        Loads++;
        return [.. _items.Values.Where(item => item.Peer == peer && item.Sequence > after).Take(limit)];
    }

    public IReadOnlyList<AccountId> Peers() => [.. _items.Values.Select(item => item.Peer).Distinct()];

    public int Count() => _items.Count;

    public void RemovePeer(AccountId peer)
    {
        foreach (var item in _items.Values.Where(item => item.Peer == peer).ToList())
            Remove(item.Id);
    }
}
