using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>A row of the history with its body read.</summary>
internal sealed record HistoryEntry(StoredMessage Row, HistoryBody Body)
{
    public MessageId Id => Row.Id;
}
