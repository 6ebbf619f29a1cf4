using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>First contact while the maker of a link is away: the bundle that stands in the link's box, on both sides (docs/protocol/messaging.md, "While the other is away").</summary>
internal sealed class LinkBundles(
    Surroundings around, AccountBook account, ContactBook contacts, InviteDesk invites, PreKeyBook preKeys, SessionBook sessions, BoxBook boxes, BundleTaker taker)
{
    /// <summary>What a link of ours says; null when it is over.</summary>
    public byte[]? Write(string link, long firstPeriod, IReadOnlyList<Ed25519PublicKey> readKeys)
    {
        if (Find(link) is not { } invite || readKeys.Count is 0 or > StandingBundle.MaxReadKeys || firstPeriod < 0)
            return null;

        // It stands for everybody who has the link: no prekey in it can be for one alone.
        var bundle = new BundleAnswer(BundleCode.Bundle, account.Devices.Encoded.ToArray(), preKeys.MakeBundle(oneTime: false)).Write();
        return new StandingBundle(around.Now, invite.Price, firstPeriod, readKeys, bundle).Write(BoxSecrets.OfBundle(invite.BoxSeed, account.Id), account.Keys.Account);
    }

    public void Stored(string link)
    {
        if (Find(link) is { } invite)
            invites.Bundled(invite);
    }

    /// <summary>What somebody's link says. Of several the newest counts: the users of a link can put an old one there again, but none of their own.</summary>
    public void Receive(AccountId maker, ReadOnlySpan<byte> bytes)
    {
        if (contacts.Find(maker) is not { } contact || !boxes.WantsBundle(contact)
            || !StandingBundle.TryRead(bytes, BoxSecrets.OfBundle(contact.Record.LinkSeed.Span, maker), maker, out var standing)
            || standing.Price != contact.Record.LinkPrice || standing.MadeAt <= contact.Record.RequestBox?.MadeAt)
            return;
        if (!sessions.CanEncrypt(contact) && !taker.TryStart(contact, standing.Bundle.Span))
            return;
        contact.Record.RequestBox = new RequestBoxRecord
        {
            MadeAt = Math.Min(standing.MadeAt, around.Now),
            FirstPeriod = standing.FirstPeriod,
            ReadKeys = ByteString.CopyFrom([.. standing.ReadKeys.SelectMany(key => key.ToArray())]),
        };
        contacts.Change(contact);
    }

    private Invite? Find(string link) =>
        InviteId.TryParse(link, out var id) && invites.Find(id) is { } invite && invite.StatusAt(around.Now) == InviteStatus.Valid ? invite : null;
}
