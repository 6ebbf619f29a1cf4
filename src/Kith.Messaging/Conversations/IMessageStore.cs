using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>The history and the ids already received, encrypted at rest. Called by the node loop alone, inside its open transaction.</summary>
public interface IMessageStore
{
    /// <summary>Adds a message; false, and nothing is changed, when its id exists already (in whichever conversation).</summary>
    bool Add(StoredMessage message);

    /// <summary>Writes a message, or replaces the one of the same id.</summary>
    void Put(StoredMessage message);

    /// <summary>Raises the state alone: the hot path of receipts. False when there is no such message of ours, or it is as far already; a state never goes back.</summary>
    bool SetState(MessageId id, MessageState state);

    /// <summary>Changes the unread mark of everything received in a conversation up to a position; how many changed.</summary>
    int MarkRead(AccountId conversation, MessagePosition upTo);

    /// <summary>The message of this id, or null.</summary>
    StoredMessage? Find(MessageId id);

    /// <summary>Removes a message; false when it was not there.</summary>
    bool Remove(MessageId id);

    /// <summary>Removes all of a conversation.</summary>
    void RemoveConversation(AccountId conversation);

    /// <summary>At most <paramref name="limit"/> messages before a position (null: from the newest on), newest first.</summary>
    IReadOnlyList<StoredMessage> Before(AccountId conversation, MessagePosition? position, int limit);

    /// <summary>At most <paramref name="limit"/> messages after a position (null: from the oldest on), oldest first.</summary>
    IReadOnlyList<StoredMessage> After(AccountId conversation, MessagePosition? position, int limit);

    /// <summary>How many received messages of a conversation are unread.</summary>
    int CountUnread(AccountId conversation);

    /// <summary>Messages of one conversation or of all (null), newest first, read lazily: what search walks through.</summary>
    IEnumerable<StoredMessage> Scan(AccountId? conversation);

    /// <summary>At most <paramref name="limit"/> messages whose time is up at <paramref name="now"/> (unix milliseconds).</summary>
    IReadOnlyList<StoredMessage> Expired(long now, int limit);

    /// <summary>When the next message expires, or null.</summary>
    long? NextExpiry();

    /// <summary>Notes an incoming id; false when it was noted before. Kept also for messages that left no row (receipts excepted).</summary>
    bool TryMarkReceived(AccountId from, MessageId id, long now);

    /// <summary>Takes back <see cref="TryMarkReceived"/>: what came under this id could not be opened.</summary>
    void UnmarkReceived(AccountId from, MessageId id);
}
