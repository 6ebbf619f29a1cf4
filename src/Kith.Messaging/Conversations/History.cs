using Google.Protobuf;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>The message store with bodies read and written, and with our own messages under way kept at hand: their receipts come soon.</summary>
internal sealed class History(Surroundings around)
{
    /// <summary>Messages kept at hand; a cache, emptied when it is full.</summary>
    public const int MaxAtHand = 32_768;

    /// <summary>Longer bodies are read again instead.</summary>
    public const int MaxBodyAtHand = 4096;

    private readonly Dictionary<MessageId, HistoryEntry> _atHand = [];

    public static HistoryEntry Read(StoredMessage row) => new(row, HistoryBody.Parser.ParseFrom(row.Body.Span));

    public HistoryEntry? Find(MessageId id)
    {
        if (_atHand.TryGetValue(id, out var known))
            return known;
        return around.Messages.Find(id) is { } row ? Read(row) : null;
    }

    public HistoryEntry? Find(AccountId conversation, MessageId id) =>
        Find(id) is { } entry && entry.Row.Conversation == conversation ? entry : null;

    /// <summary>Adds a new message; false when the id is taken.</summary>
    public bool Add(HistoryEntry entry, out HistoryEntry added)
    {
        added = entry with { Row = entry.Row with { Body = entry.Body.ToByteArray() } };
        if (!around.Messages.Add(added.Row))
            return false;
        if (added.Row.FromMe)
            Keep(added);
        return true;
    }

    /// <summary>Writes a changed message.</summary>
    public HistoryEntry Save(HistoryEntry entry)
    {
        var saved = entry with { Row = entry.Row with { Body = entry.Body.ToByteArray() } };
        around.Messages.Put(saved.Row);
        if (_atHand.ContainsKey(saved.Id))
            _atHand[saved.Id] = saved;
        return saved;
    }

    /// <summary>Raises the state of a message of ours; null when it is as far already.</summary>
    public HistoryEntry? Raise(HistoryEntry entry, MessageState state)
    {
        if (!entry.Row.FromMe || entry.Row.State >= state || !around.Messages.SetState(entry.Id, state))
            return null;
        var raised = entry with { Row = entry.Row with { State = state } };
        if (state >= MessageState.Delivered)
            _atHand.Remove(entry.Id);
        else if (_atHand.ContainsKey(entry.Id))
            _atHand[entry.Id] = raised;
        return raised;
    }

    public void Remove(MessageId id)
    {
        _atHand.Remove(id);
        around.Messages.Remove(id);
    }

    public void RemoveConversation(AccountId conversation)
    {
        foreach (var entry in _atHand.Values.Where(entry => entry.Row.Conversation == conversation).ToArray())
            _atHand.Remove(entry.Id);
        around.Messages.RemoveConversation(conversation);
    }

    private void Keep(HistoryEntry entry)
    {
        if (_atHand.Count >= MaxAtHand)
            _atHand.Clear();
        if (entry.Row.Body.Length <= MaxBodyAtHand)
            _atHand[entry.Id] = entry;
    }
}
