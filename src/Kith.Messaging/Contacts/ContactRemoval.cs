using Kith.Messaging.Conversations;
using Kith.Messaging.Drops;
using Kith.Messaging.Incoming;
using Kith.Messaging.Outgoing;
using Kith.Messaging.Sessions;

namespace Kith.Messaging.Contacts;

/// <summary>Forgets somebody, with everything written, on this side.</summary>
internal sealed class ContactRemoval(
    Surroundings around, ContactBook contacts, History history, PendingChanges pending, Outbound outbound, SessionRestarts restarts, ReceiptBatch receipts,
    BoxBook boxes)
{
    /// <summary>Somebody unseen, admitted or refused, who never came back is forgotten after this, milliseconds.</summary>
    public const long HiddenLifetime = 60L * 24 * 60 * 60 * 1000;

    public void RemoveStale()
    {
        foreach (var contact in contacts.All.Where(contact => !contact.IsVisible && contact.Record.AddedAt + HiddenLifetime < around.Now).ToArray())
            Remove(contact);
    }

    public void Remove(Contact contact)
    {
        var wasVisible = contact.IsVisible;
        outbound.WithdrawAll(contact);
        history.RemoveConversation(contact.Id);
        pending.RemoveAll(contact.Id);
        restarts.Forget(contact);
        receipts.Forget(contact);
        boxes.Forget(contact);
        contacts.Remove(contact);
        around.Effects.PeerChanged(contact.Id, null);
        around.Effects.FindingChanged();
        around.Effects.BoxesChanged();
        around.Effects.OnionChanged();
        if (wasVisible)
            around.Effects.Publish(new MessengerEvent.ContactRemoved(contact.Id));
    }
}
