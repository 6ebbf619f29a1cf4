using Google.Protobuf;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>Texts and notices of the other side take their place in the history.</summary>
internal sealed class ReceivedMessages(
    Surroundings around, ConversationBook conversations, History history, CausalOrder order, ReceivedChanges changes, TypingSigns typing, Announcer announcer)
{
    public void Text(PeerOrigin from, Contact contact, MessageId id, ContentMessage content)
    {
        var text = content.Text;
        var body = new HistoryBody
        {
            Text = text.Text,
            ReplyTo = text.ReplyTo,
            DisappearAfter = text.DisappearAfter,
            EditCounter = text.EditCounter,
            EditedAt = text.EditCounter == 0 ? 0 : (ulong)Clamp(text.EditedAt),
            Deleted = text.Deleted,
        };
        typing.Ended(contact);
        Place(from, contact, id, content.SentAt, text.Place, body, unread: !text.Deleted);
    }

    public void Notice(PeerOrigin from, Contact contact, MessageId id, ContentMessage content)
    {
        var body = new HistoryBody { IsNotice = true, NoticeAfter = content.Disappearing.After };
        if (Place(from, contact, id, content.SentAt, content.Disappearing.Place, body, unread: false) is { } notice)
            DisappearingRules.Apply(conversations.Change(contact), notice);
    }

    private HistoryEntry? Place(PeerOrigin from, Contact contact, MessageId id, ulong sentAt, Place place, HistoryBody body, bool unread)
    {
        var idBytes = id.ToProto();
        body.Parents.AddRange(place.Parents);
        body.Route = (int)from.Route;
        var depth = order.PlaceReceived(contact, idBytes, place, body.Missing);
        var row = new StoredMessage(
            contact.Id, new MessagePosition((long)depth, id), false, MessageState.Received, unread, Clamp(sentAt), around.Now, null, default);

        // An id that stands in the history already, ours or another's: nobody honest draws it.
        if (!history.Add(new HistoryEntry(row, body), out var entry))
            return null;
        if (unread)
            CountUnread(contact, depth);
        var healed = order.Settle(contact, idBytes, depth, body.Parents, body.Missing);
        entry = changes.ApplyPending(contact, entry);
        announcer.Touch(contact);
        announcer.Changed(entry, isNew: true);
        foreach (var child in healed)
            announcer.Changed(child);
        return entry;
    }

    private void CountUnread(Contact contact, ulong depth)
    {
        var conversation = conversations.Change(contact);
        var before = conversation.Unread;
        if (before is null)
        {
            // Counted after the new one was added.
            before = conversations.Unread(contact) - 1;
        }

        conversation.Unread = before + 1;
        conversation.Record.UnreadFloor = before == 0 ? depth : Math.Min(conversation.Record.UnreadFloor, depth);
    }

    /// <summary>A clock that runs ahead is not believed.</summary>
    private long Clamp(ulong at)
    {
        var now = around.Now;
        return at > (ulong)now ? now : (long)at;
    }
}
