using Google.Protobuf;
using Kith.Messaging.Contacts;

namespace Kith.Messaging.Conversations;

/// <summary>Reads conversations when they are first needed and writes those that changed.</summary>
internal sealed class ConversationBook(Surroundings around, ContactBook contacts)
{
    public Conversation Of(Contact contact)
    {
        if (contact.Conversation is { } known)
            return known;
        var stored = around.Records.Get(RecordKind.Conversation, contact.Id.ToArray());
        var record = stored is null ? new ConversationRecord() : ConversationRecord.Parser.ParseFrom(stored);
        return contact.Conversation = new Conversation(contact.Id, record);
    }

    /// <summary>The conversation, marked to be written.</summary>
    public Conversation Change(Contact contact)
    {
        var conversation = Of(contact);
        conversation.Changed = true;
        contacts.Visit(contact);
        return conversation;
    }

    public int Unread(Contact contact)
    {
        var conversation = Of(contact);
        conversation.Unread ??= around.Messages.CountUnread(contact.Id);
        return conversation.Unread.Value;
    }

    public void Save(Contact contact)
    {
        if (contact.Conversation is not { Changed: true } conversation)
            return;
        conversation.Changed = false;
        around.Records.Put(RecordKind.Conversation, contact.Id.ToArray(), conversation.Record.ToByteArray());
    }
}
