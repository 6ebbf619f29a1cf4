using Google.Protobuf;
using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Finding;
using Kith.Messaging.Onion;
using Kith.Messaging.Outgoing;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Our side of coming to know somebody: links made and used, requests accepted and refused.</summary>
internal sealed class Adding(
    Surroundings around, AccountBook account, SettingsBook settings, ContactBook contacts, InviteDesk invites, Profiles profiles, Introductions introductions,
    Outbound outbound, SessionBook sessions, Conversations.History history, LinkHiding links, Announcer announcer)
{
    public LinkView CreateLink(int uses, TimeSpan? lifetime, int? price) => View(invites.Create(uses, lifetime, price, settings.LinksHiddenUntil));

    public IReadOnlyList<LinkView> Links() => [.. invites.Open.Select(View)];

    /// <summary>Adds the maker of a link.</summary>
    public Contact Add(string text, string? wantedName, PrivacyLevel? privacy)
    {
        if (!Link.TryParse(text, out var link, out var error))
            throw new MessengerException(MessengerError.Invalid, LinkErrors.Sentence(error));
        if (link.Account == account.Id)
            throw new MessengerException(MessengerError.Invalid, "That is your own link: give it to the person you want to talk with.");
        if (link.IsExpiredAt(around.Now))
            throw new MessengerException(MessengerError.Conflict, "The link has expired: ask for a new one.");
        string? name = null;
        if (wantedName is not null && !ContactName.TryNormalize(wantedName, out name))
            throw new MessengerException(MessengerError.Invalid, $"A name has 1 to {ContactName.MaxCodePoints} visible characters on one line.");
        var known = contacts.Find(link.Account);
        Refuse(known);
        if (privacy is { } asked)
            PrivacyDesk.Word(settings, asked);
        outbound.CheckRoom();
        var contact = known ?? contacts.Add(link.Account, ContactStage.Connecting, name ?? Introductions.DefaultName(link.Account));
        if (name is not null)
        {
            contact.Record.Name = contacts.UniqueName(name, contact);
            contact.Record.NamedByUser = true;
        }

        if (privacy is { } level)
            contact.Record.Privacy = PrivacyDesk.Word(settings, level);
        announcer.Touch(contact);
        contacts.Change(contact);
        if (contact.Stage == ContactStage.Request)
            introductions.Connect(contact);
        else
            Ask(contact, link);
        return contact;
    }

    public void Accept(AccountId id)
    {
        var contact = Requester(id);
        introductions.Connect(contact);
    }

    public void Refuse(AccountId id)
    {
        var contact = Requester(id);
        contact.Stage = ContactStage.Dismissed;
        contact.Record.FarewellId = outbound.Enqueue(contact, new ContentMessage { Refusal = new RefusalContent() }).ToProto();
        contacts.Change(contact);
        history.RemoveConversation(id);
        links.Hide();
        around.Effects.PeerChanged(id, contact.Endpoint);
        around.Effects.Publish(new MessengerEvent.ContactRemoved(id));
    }

    private void Ask(Contact contact, Link link)
    {
        contact.Stage = ContactStage.Connecting;
        contact.Record.Reason = string.Empty;
        contact.Record.LinkInviteId = ByteString.CopyFrom(link.InviteId?.ToArray() ?? []);
        contact.Record.LinkInviteSecret = ByteString.CopyFrom(link.InviteSecret.Span);
        contact.Record.LinkFindSecret = ByteString.CopyFrom(link.FindSecret ?? []);
        contact.Record.LinkSeed = ByteString.CopyFrom(link.BoxSeed.Span);
        contact.Record.LinkPrice = link.Price;
        contact.Record.RequestBox = null;
        contact.Record.Find = contact.Record.Find is { } before ? new FindRecord { LastNumber = before.LastNumber } : null;
        contact.Record.WantsBundle = false;
        contact.Record.BundleAskedAt = 0;
        if (contact.Identity is null)
            contacts.SetTransportKey(contact, link.TransportKey.ToArray());
        if (link.Addresses.Count > 0)
        {
            contact.Record.Addresses.Clear();
            contact.Record.Addresses.AddRange(link.Addresses.Select(address => AddressOf(link, address)));
            contact.Record.AddressesAt = 0;
        }

        // Whatever there was between us, they may have forgotten it: a new session, and a first message that needs nothing they would have kept.
        contact.Ring = new PairRing(PairSecret.Generate(around.Random, 0), null, Confirmed: false);
        sessions.PutAside(contact);
        around.Effects.PeerChanged(contact.Id, contact.Endpoint);
        var request = Request(contact);
        if (contact.Record.RequestId.Length == MessageId.Size && outbound.TryReplace(contact, contact.Record.RequestId.ToMessageId(), request))
            return;
        contact.Record.RequestId = outbound.Enqueue(contact, request).ToProto();
    }

    // Who made the link lets its users in by a key that both derive from it.
    private static string AddressOf(Link link, LinkAddress address)
    {
        if (address.Kind != LinkAddressKind.Onion || link.BoxSeed.IsEmpty)
            return address.ToString();
        using var key = OnionLinkKey.Of(link.BoxSeed.Span, link.Account);
        return $"{address}/{OnionClientKey.TextOf(key)}";
    }

    private ContentMessage Request(Contact contact)
    {
        using var secret = new WireWriter();
        contact.Ring!.Newest.Write(secret);
        var request = new RequestContent
        {
            DeviceList = profiles.OwnDevices,
            Name = profiles.OwnName,
            PairSecret = ByteString.CopyFrom(secret.WrittenSpan),
        };
        request.Addresses.AddRange(profiles.OwnAddresses(contact));
        if (!contact.Record.LinkInviteId.IsEmpty)
        {
            var proof = new byte[InviteProof.Size];
            InviteProof.Make(contact.Record.LinkInviteSecret.Span, Admissions.Binding(request.PairSecret), account.Id, proof);
            request.InviteId = contact.Record.LinkInviteId;
            request.InviteProof = ByteString.CopyFrom(proof);
        }

        return new ContentMessage { Request = request };
    }

    private void Refuse(Contact? known)
    {
        if (known is null)
        {
            if (contacts.IsFull)
                throw new MessengerException(MessengerError.Conflict, $"There are {ContactBook.MaxContacts} contacts already: delete some first.");
            return;
        }

        if (known.Stage == ContactStage.Connected)
            throw new MessengerException(MessengerError.Conflict, $"{known.Record.Name} is a contact already.");
        if (known.Stage == ContactStage.Blocked)
            throw new MessengerException(MessengerError.Conflict, $"You have blocked {known.Record.Name}: unblock them first.");
    }

    private Contact Requester(AccountId id)
    {
        var contact = contacts.Get(id);
        return contact.Stage == ContactStage.Request
            ? contact
            : throw new MessengerException(MessengerError.Conflict, $"There is no request of {contact.Record.Name} to answer.");
    }

    private LinkView View(Invite invite)
    {
        var addresses = new List<LinkAddress>();
        foreach (var text in settings.AddressesFor(settings.Privacy))
        {
            if (addresses.Count < Link.MaxAddresses && LinkAddress.TryParse(text, out var address) && address.Kind is not (LinkAddressKind.Hold or LinkAddressKind.Meet))
                addresses.Add(address);
        }

        var link = new Link(
            account.Id,
            account.Keys.Device.Transport.PublicKey,
            invite.IsPublic ? null : invite.Id,
            invite.IsPublic ? default : invite.Secret,
            (uint)((invite.ExpiresAt ?? 0) / 1000),
            addresses)
        {
            FindSeed = invite.IsPublic ? invite.FindSeed : [],
            Price = invite.Price,
        };
        return new LinkView(invite.Id.ToString(), link.ToString(), invite.ExpiresAt, invite.UsesLeft) { Price = invite.Price };
    }
}
