using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;

namespace Kith.Messaging.Contacts;

/// <summary>Contacts as people see them.</summary>
internal sealed class ContactViews(Surroundings around, ContactBook contacts, ConversationBook conversations, MessageViews messages)
{
    public ContactView Of(Contact contact)
    {
        var record = contact.Record;
        var conversation = conversations.Of(contact).Record;
        var last = around.Messages.Before(contact.Id, null, 1);
        return new ContactView(
            contact.Id,
            record.Name,
            record.ProfileName.Length == 0 ? null : record.ProfileName,
            (ContactState)record.Stage,
            record.Reason.Length == 0 ? null : record.Reason,
            record.Verified,
            record.Muted,
            record.AddedAt,
            conversations.Unread(contact),
            last.Count == 0 ? null : messages.Of(History.Read(last[0])),
            StrictUtf8.Decode(conversation.Draft),
            (long)conversation.DisappearAfter)
        {
            PrivacyException = SettingsBook.LevelOf(record.Privacy),
            Privacy = contact.Privacy,
            CanFindUs = contact.IsWritable && record.Find is not { LeftOut: true },
        };
    }

    /// <summary>Most recent conversation first.</summary>
    public IReadOnlyList<ContactView> All() =>
        [.. contacts.All.Where(contact => contact.IsVisible).Select(Of).OrderByDescending(view => view.LastMessage?.ReceivedAt ?? view.AddedAt)];
}
