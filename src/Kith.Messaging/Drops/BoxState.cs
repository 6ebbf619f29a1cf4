using Google.Protobuf;
using Kith.Delivery.Privacy;
using Kith.Messaging.Contacts;
using Kith.Messaging.Envelopes;

namespace Kith.Messaging.Drops;

/// <summary>What the boxes of a contact depend on: to notice when it changes.</summary>
internal sealed record BoxState(ContactStage Stage, PairRing? Ring, string Holders, ByteString Link, ByteString RequestBox, bool WantsBundle, PrivacyLevel Privacy)
{
    public static BoxState Of(Contact contact) => new(
        contact.Stage,
        contact.Ring,
        string.Join(' ', contact.Record.Holders),
        contact.Record.LinkSeed,
        contact.Record.RequestBox?.ToByteString() ?? ByteString.Empty,
        contact.Record.WantsBundle,
        contact.Privacy);
}
