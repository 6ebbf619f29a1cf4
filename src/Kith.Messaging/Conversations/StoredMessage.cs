using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>The place of a message in its conversation: the same on both sides, whatever the clocks say.</summary>
/// <param name="Depth">One more than the greatest depth among the messages that its sender had seen.</param>
/// <param name="Id">Breaks ties between messages that did not know of one another.</param>
public readonly record struct MessagePosition(long Depth, MessageId Id);

/// <summary>How far a message of ours has come. Each state shown is true. The numbers are stored.</summary>
public enum MessageState
{
    /// <summary>Received from the other side.</summary>
    Received = 0,

    /// <summary>Committed here, not yet handed to any route.</summary>
    Waiting = 1,

    /// <summary>Handed to a route, not yet acknowledged.</summary>
    Sent = 2,

    /// <summary>Enough peers hold it for the receiver.</summary>
    Stored = 3,

    /// <summary>A device of the receiver has committed it.</summary>
    Delivered = 4,

    /// <summary>The receiver has seen it.</summary>
    Read = 5,
}

/// <summary>A row of the history. What is not needed to order, count or expire it stands encrypted in <paramref name="Body"/>.</summary>
/// <param name="Conversation">The other person.</param>
/// <param name="Position">The order key; its id is the message's id.</param>
/// <param name="FromMe">Whether this side wrote it.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Unread">Received and not yet seen.</param>
/// <param name="SentAt">The writer's clock, unix milliseconds, clamped to our own when it lies in our future.</param>
/// <param name="ReceivedAt">Our clock when committed, unix milliseconds.</param>
/// <param name="ExpiresAt">When it must disappear, unix milliseconds, or null.</param>
/// <param name="Body">Text, parents, reply, edits, reactions, route: encoded by Messaging, encrypted by the store.</param>
public sealed record StoredMessage(
    AccountId Conversation,
    MessagePosition Position,
    bool FromMe,
    MessageState State,
    bool Unread,
    long SentAt,
    long ReceivedAt,
    long? ExpiresAt,
    ReadOnlyMemory<byte> Body)
{
    /// <summary>The message's id.</summary>
    public MessageId Id => Position.Id;
}
