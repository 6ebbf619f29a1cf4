using Google.Protobuf;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>New messages of ours: committed to the history and put into the outbox together.</summary>
internal sealed class Writer(
    Surroundings around, ContactBook contacts, ConversationBook conversations, History history, CausalOrder order, Outbound outbound, Announcer announcer)
{
    public MessageView SendText(AccountId contactId, string text, MessageId? replyTo, RouteKind route)
    {
        var contact = Writable(contactId);
        if (!contact.Allows(route))
            throw new MessengerException(MessengerError.Conflict, PrivacyRules.WhyNot(contact.Privacy, route));
        var body = new HistoryBody { Text = TextRules.Check(text) };
        if (replyTo is { } original)
        {
            if (history.Find(contactId, original) is null)
                throw new MessengerException(MessengerError.NotFound, $"There is no message {original} in this conversation to reply to.");
            body.ReplyTo = original.ToProto();
        }

        body.DisappearAfter = conversations.Of(contact).Record.DisappearAfter;
        return Commit(contact, body, route).View;
    }

    /// <summary>Sets how long messages live; a message that both sides show.</summary>
    public void SetDisappearing(AccountId contactId, long after)
    {
        if (after is < 0 or > ContentLimits.MaxDisappearAfter)
            throw new MessengerException(MessengerError.Invalid, "Messages can disappear after at most four weeks; 0 keeps them.");
        var contact = Writable(contactId);
        var conversation = conversations.Of(contact);
        if (conversation.Record.DisappearAfter == (ulong)after)
            return;
        var entry = Commit(contact, new HistoryBody { IsNotice = true, NoticeAfter = (ulong)after }, RouteKind.Auto).Entry;
        DisappearingRules.Apply(conversations.Change(contact), entry);
        announcer.Touch(contact);
    }

    private (HistoryEntry Entry, MessageView View) Commit(Contact contact, HistoryBody body, RouteKind route)
    {
        outbound.CheckRoom();
        var id = around.NewMessageId();
        var idBytes = id.ToProto();
        var place = order.PlaceOwn(contact);
        body.Parents.AddRange(place.Parents);

        // The usual one; DeliveryStates corrects it when another was taken.
        body.Route = (int)(route is RouteKind.Drop or RouteKind.Forward or RouteKind.Onion ? route : Usual(contact));
        var now = around.Now;
        var row = new StoredMessage(contact.Id, new MessagePosition((long)place.Depth, id), true, MessageState.Waiting, false, now, now, null, default);
        if (!history.Add(new HistoryEntry(row, body), out var entry))
            throw new InvalidOperationException("a random id was drawn twice");
        order.Settle(contact, idBytes, place.Depth, body.Parents, []);
        outbound.EnqueueRow(contact, entry, route);
        announcer.Touch(contact);
        return (entry, announcer.Changed(entry, isNew: true));
    }

    private static RouteKind Usual(Contact contact) => contact.Privacy switch
    {
        PrivacyLevel.Open => RouteKind.Direct,
        PrivacyLevel.Veiled => RouteKind.Forward,
        _ => RouteKind.Onion,
    };

    private Contact Writable(AccountId id)
    {
        var contact = contacts.Get(id);
        if (contact.IsWritable)
            return contact;
        var name = contact.Record.Name;
        throw new MessengerException(MessengerError.Conflict, contact.Stage switch
        {
            ContactStage.Request => $"Accept the request of {name} before you write.",
            ContactStage.Blocked => $"You have blocked {name}: unblock them before you write.",
            _ => $"{name} did not take you as a contact: ask for a new link.",
        });
    }
}
