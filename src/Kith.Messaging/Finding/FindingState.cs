using Google.Protobuf;
using Kith.Delivery.Privacy;
using Kith.Messaging.Contacts;
using Kith.Messaging.Envelopes;

namespace Kith.Messaging.Finding;

/// <summary>What finding a contact, and being found by them, depends on: to notice when it changes.</summary>
internal sealed record FindingState(ContactStage Stage, PairRing? Ring, ByteString Find, ByteString Link, PrivacyLevel Privacy)
{
    public static FindingState Of(Contact contact) =>
        new(contact.Stage, contact.Ring, contact.Record.Find?.ToByteString() ?? ByteString.Empty, contact.Record.LinkFindSecret, contact.Privacy);
}
