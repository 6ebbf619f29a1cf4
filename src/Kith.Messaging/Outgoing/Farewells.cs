using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Messaging.Outgoing;

/// <summary>Somebody refused is kept, unseen, until they know; then everything of them goes.</summary>
internal sealed class Farewells(ContactRemoval removal)
{
    public void Acknowledged(Contact contact, MessageId id)
    {
        if (contact.Stage == ContactStage.Dismissed && contact.Record.FarewellId.Equals(id.ToProto()))
            removal.Remove(contact);
    }
}
