using Google.Protobuf;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>Our edits, deletions and reactions: here at once, on the other side by the outbox.</summary>
internal sealed class MessageChanges(ContactBook contacts, ConversationBook conversations, History history, Outbound outbound, Announcer announcer)
{
    public MessageView Edit(AccountId contactId, MessageId id, string text)
    {
        var (contact, entry) = Find(contactId, id);
        if (!entry.Row.FromMe)
            throw new MessengerException(MessengerError.Conflict, "Only your own messages can be changed.");
        if (entry.Body.Deleted || entry.Body.IsNotice)
            throw new MessengerException(MessengerError.Conflict, "A deleted message cannot be changed.");
        var bytes = TextRules.Check(text);
        CheckWritable(contact);
        if (entry.Body.Text.Equals(bytes))
            return announcer.Changed(entry);
        outbound.CheckRoom();
        var edit = new EditContent { Target = id.ToProto(), Text = bytes, Counter = entry.Body.EditCounter + 1 };
        BodyChanges.TryEdit(entry.Body, bytes, edit.Counter, outbound.Now);
        entry = history.Save(entry);
        outbound.Enqueue(contact, new ContentMessage { Edit = edit });
        announcer.Touch(contact);
        return announcer.Changed(entry);
    }

    public void Delete(AccountId contactId, MessageId id, bool forEveryone)
    {
        var (contact, entry) = Find(contactId, id);
        if (!forEveryone)
        {
            Erase(contact, entry);
            return;
        }

        if (!entry.Row.FromMe)
            throw new MessengerException(MessengerError.Conflict, "Only your own messages can be deleted for everyone.");
        if (entry.Body.Deleted || entry.Body.IsNotice)
            throw new MessengerException(MessengerError.Conflict, "There is nothing in this message to delete for everyone.");
        CheckWritable(contact);
        outbound.CheckRoom();
        BodyChanges.TryDelete(entry.Body);
        entry = history.Save(entry);
        outbound.Enqueue(contact, new ContentMessage { Delete = new DeleteContent { Target = id.ToProto() } });
        announcer.Touch(contact);
        announcer.Changed(entry);
    }

    public MessageView React(AccountId contactId, MessageId id, string? emoji)
    {
        var (contact, entry) = Find(contactId, id);
        if (entry.Body.Deleted || entry.Body.IsNotice)
            throw new MessengerException(MessengerError.Conflict, "A deleted message takes no reaction.");
        CheckWritable(contact);
        var bytes = TextRules.CheckEmoji(emoji);
        var mine = BodyChanges.Reaction(entry.Body, fromMe: true);
        if (bytes.Equals(mine?.Emoji ?? ByteString.Empty))
            return announcer.Changed(entry);
        outbound.CheckRoom();
        var reaction = new ReactionContent { Target = id.ToProto(), Emoji = bytes, Counter = (mine?.Counter ?? 0) + 1 };
        BodyChanges.TryReact(entry.Body, fromMe: true, bytes, reaction.Counter);
        entry = history.Save(entry);
        outbound.Enqueue(contact, new ContentMessage { Reaction = reaction });
        return announcer.Changed(entry);
    }

    /// <summary>Removes the row for good, on this side. Its id is remembered, so that nothing that followed it shows a gap.</summary>
    public void Erase(Contact contact, HistoryEntry entry)
    {
        if (entry.Row.FromMe && entry.Row.State < MessageState.Delivered)
            outbound.KeepContent(entry);
        history.Remove(entry.Id);
        conversations.Change(contact).Forget(entry.Id, entry.Row.Position.Depth);
        announcer.Removed(contact.Id, entry.Id);
        announcer.Recount(contact);
    }

    private static void CheckWritable(Contact contact)
    {
        if (!contact.IsWritable)
            throw new MessengerException(MessengerError.Conflict, $"{contact.Record.Name} is not a contact that messages can be sent to.");
    }

    private (Contact Contact, HistoryEntry Entry) Find(AccountId contactId, MessageId id)
    {
        var contact = contacts.Get(contactId);
        return history.Find(contactId, id) is { } entry
            ? (contact, entry)
            : throw new MessengerException(MessengerError.NotFound, $"There is no message {id} in this conversation.");
    }
}
