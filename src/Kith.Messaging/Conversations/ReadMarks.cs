using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>What the user has seen: the unread marks, the read receipts, and the time of messages that disappear.</summary>
internal sealed class ReadMarks(
    Surroundings around, ContactBook contacts, ConversationBook conversations, History history, SettingsBook settings, Outbound outbound, Announcer announcer)
{
    private const int Page = 256;

    public void MarkRead(AccountId contactId, MessageId upTo)
    {
        var contact = contacts.Get(contactId);
        var last = history.Find(contactId, upTo)
            ?? throw new MessengerException(MessengerError.NotFound, $"There is no message {upTo} in this conversation.");
        if (conversations.Unread(contact) == 0)
            return;
        var seen = Unread(contact, last);
        if (seen.Count == 0)
            return;
        around.Messages.MarkRead(contactId, last.Row.Position);
        foreach (var entry in seen)
        {
            if (entry.Body.DisappearAfter > 0)
                history.Save(entry with { Row = entry.Row with { Unread = false, ExpiresAt = around.Now + (long)entry.Body.DisappearAfter } });
        }

        conversations.Change(contact).Record.UnreadFloor = (ulong)last.Row.Position.Depth;
        announcer.Recount(contact);
        if (settings.ReadReceipts && contact.Stage == ContactStage.Connected)
            Tell(contact, seen);
    }

    private void Tell(Contact contact, List<HistoryEntry> seen)
    {
        foreach (var chunk in seen.Chunk(ContentLimits.MaxReceiptIds))
        {
            var ids = new IdsContent();
            foreach (var entry in chunk)
                ids.Ids.Add(entry.Id.ToProto());
            outbound.Enqueue(contact, new ContentMessage { Read = ids });
        }
    }

    // Walks down from the message to the lowest that can be unread.
    private List<HistoryEntry> Unread(Contact contact, HistoryEntry last)
    {
        var seen = new List<HistoryEntry>();
        if (last.Row.Unread)
            seen.Add(last);
        var floor = (long)conversations.Of(contact).Record.UnreadFloor;
        var count = conversations.Unread(contact);
        var position = last.Row.Position;
        while (seen.Count < count && position.Depth >= floor)
        {
            var page = around.Messages.Before(contact.Id, position, Page);
            foreach (var row in page)
            {
                if (row.Unread)
                    seen.Add(History.Read(row));
            }

            if (page.Count < Page)
                break;
            position = page[^1].Position;
        }

        return seen;
    }
}
