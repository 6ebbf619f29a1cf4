using Kith.Messaging.Contacts;
using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>Tells the page what happened. A contact is told once per batch, however often it changed.</summary>
internal sealed class Announcer(Surroundings around, ContactBook contacts, ConversationBook conversations, MessageViews messages, ContactViews views)
{
    public MessageView Changed(HistoryEntry entry, bool isNew = false)
    {
        var view = messages.Of(entry);
        around.Effects.Publish(new MessengerEvent.MessageChanged(view, isNew));
        return view;
    }

    public void Removed(AccountId contact, MessageId id) => around.Effects.Publish(new MessengerEvent.MessageRemoved(contact, id));

    public void Touch(Contact contact) => contacts.Touch(contact);

    /// <summary>The contact's unread count has to be counted again, and told.</summary>
    public void Recount(Contact contact)
    {
        conversations.Of(contact).Unread = null;
        contacts.Touch(contact);
    }

    /// <summary>At the end of a batch: publishes the contact if it was touched.</summary>
    public void Tell(Contact contact)
    {
        if (!contact.Touched)
            return;
        contact.Touched = false;
        if (contact.IsVisible)
            around.Effects.Publish(new MessengerEvent.ContactChanged(views.Of(contact)));
    }
}
