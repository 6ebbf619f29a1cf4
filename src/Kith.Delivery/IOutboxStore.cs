using Kith.Wire;

namespace Kith.Delivery;

/// <summary>The outbox on disk. Called by the node loop alone, inside its open transaction.</summary>
public interface IOutboxStore
{
    /// <summary>The sequence that the next item takes: above that of every item there ever was.</summary>
    long NextSequence();

    /// <summary>Adds an item; an item of the same id is replaced.</summary>
    void Put(OutboxItem item);

    /// <summary>Removes an acknowledged or withdrawn item; false when it was not there.</summary>
    bool Remove(MessageId id);

    /// <summary>The item of this id, or null.</summary>
    OutboxItem? Find(MessageId id);

    /// <summary>At most <paramref name="limit"/> items for a peer with a sequence above <paramref name="after"/>, in order.</summary>
    IReadOnlyList<OutboxItem> Load(AccountId peer, long after, int limit);

    /// <summary>Every peer with something waiting.</summary>
    IReadOnlyList<AccountId> Peers();

    /// <summary>How many items wait in all.</summary>
    int Count();

    /// <summary>Removes everything for a peer.</summary>
    void RemovePeer(AccountId peer);
}
