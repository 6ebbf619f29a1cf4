using Google.Protobuf;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Onion;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Names, addresses and devices that contacts tell one another.</summary>
internal sealed class Profiles(Surroundings around, AccountBook account, SettingsBook settings, ContactBook contacts, Outbound outbound, OnionDesk onion)
{
    /// <summary>Holders of their own that a contact can name.</summary>
    public const int MaxHolders = 4;

    public ByteString OwnName => ByteString.CopyFromUtf8(settings.Current.Name);

    public ByteString OwnDevices => ByteString.CopyFrom(account.Devices.Encoded.Span);

    /// <summary>Where we are reached, as far as this contact may know.</summary>
    public IEnumerable<ByteString> OwnAddresses(Contact contact) =>
        contact.Record.OwnMeetings.Where(address => PrivacyRules.AllowsAddress(contact.Privacy, address)).Concat(settings.AddressesFor(contact.Privacy).Select(address => onion.AddressFor(contact, address)).OfType<string>()).Take(ContentLimits.MaxAddresses).Select(ByteString.CopyFromUtf8);

    /// <summary>Something of ours changed: every contact is told, but not those who are to find us no more; an older word that has not arrived is taken back.</summary>
    public void TellAll()
    {
        foreach (var contact in contacts.All.Where(contact => contact.Stage == ContactStage.Connected && contact.Record.Find is not { LeftOut: true }))
            Tell(contact);
    }

    public void Tell(Contact contact)
    {
        outbound.Withdraw(contact, contact.Record.ProfileId);
        var profile = new ProfileContent { DeviceList = OwnDevices, Name = OwnName };
        profile.Addresses.AddRange(OwnAddresses(contact));
        contact.Record.ProfileId = outbound.Enqueue(contact, new ContentMessage { Profile = profile }).ToProto();
        contacts.Change(contact);
    }

    /// <summary>What waits for a contact and says where we are says it as they may know it now. Their ids stay: who has one of them already shows it once.</summary>
    public void Rewrite(Contact contact)
    {
        Rewrite(contact, contact.Record.RequestId);
        Rewrite(contact, contact.Record.AcceptId);
        Rewrite(contact, contact.Record.ProfileId);
    }

    /// <summary>Tells a contact once more when what they were told may be older than the setting is.</summary>
    public void TellAfterAcceptance(Contact contact)
    {
        // The request was written before there were meeting points, or came in the words of before.
        if (contact.Record.OwnMeetings.Count > 0 || contact.Privacy != PrivacyLevel.Open)
            Tell(contact);
    }

    private void Rewrite(Contact contact, ByteString id)
    {
        if (outbound.Find(contact, id) is not { } content || (content.Request?.Addresses ?? content.Accept?.Addresses ?? content.Profile?.Addresses) is not { } told)
            return;
        ByteString[] now = [.. OwnAddresses(contact)];
        if (told.SequenceEqual(now))
            return;
        told.Clear();
        told.AddRange(now);
        outbound.TryReplace(contact, id.ToMessageId(), content);
    }

    public void Received(PeerOrigin from, Contact contact, ProfileContent profile, ulong sentAt)
    {
        if (contact.Stage is not (ContactStage.Connected or ContactStage.Request))
            return;
        TryTakeDevices(from, contact, profile.DeviceList.Span);
        TakeName(contact, profile.Name);
        if (profile.Addresses.Count == 0)
            Forget(contact, sentAt);
        else
            TakeAddresses(contact, profile.Addresses, sentAt);
    }

    /// <summary>Takes a device list when it is the contact's, not older than the one we have, and (over a session) names the session's key.</summary>
    public bool TryTakeDevices(PeerOrigin from, Contact contact, ReadOnlySpan<byte> encoded)
    {
        if (!DeviceList.TryRead(encoded, contact.Id, out var list))
            return false;
        var device = list.Devices[0];
        if (!IsOfSession(from, device))
            return false;
        if (contact.Devices is { } known)
        {
            if (known.Encoded.Span.SequenceEqual(encoded))
                return true;
            if (!list.Supersedes(known))
                return false;
        }

        var identityBefore = contact.Identity;
        contact.Record.DeviceList = ByteString.CopyFrom(encoded);
        contact.Record.IdentityKey = ByteString.CopyFrom(device.IdentityKey.ToArray());
        contacts.SetTransportKey(contact, device.TransportKey.ToArray());
        contacts.Change(contact);
        if (identityBefore is { } before && before != device.IdentityKey)
        {
            // Never in silence: the number they compared is not theirs any more.
            contact.Record.Verified = false;
            contact.Record.Reason = "The safety number has changed: compare it again.";
            contacts.Touch(contact);
        }

        if (contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
        return true;
    }

    /// <summary>Whether a session's other end is this device, where the route tells.</summary>
    public static bool IsOfSession(PeerOrigin from, DeviceEntry device) =>
        from.TransportKey.IsEmpty || from.TransportKey.Span.SequenceEqual(device.TransportKey.ToArray());

    public void TakeName(Contact contact, ByteString name)
    {
        if (!ContactName.TryNormalize(StrictUtf8.Decode(name), out var profileName) || profileName == contact.Record.ProfileName)
            return;
        contact.Record.ProfileName = profileName;
        if (!contact.Record.NamedByUser)
            contact.Record.Name = contacts.UniqueName(profileName, contact);
        contacts.Change(contact);
        contacts.Touch(contact);
    }

    /// <summary>Takes what the contact says inside the ratchet.</summary>
    /// <param name="contact">Who says it.</param>
    /// <param name="addresses">UTF-8 that was checked.</param>
    /// <param name="sentAt">When, by the contact's clock, unix milliseconds.</param>
    public void TakeAddresses(Contact contact, IReadOnlyList<ByteString> addresses, ulong sentAt)
    {
        var told = Sound(addresses.Select(StrictUtf8.Decode), isHolder: null);
        Put(contact, [.. told.Where(text => !IsHolder(text) && !IsMeeting(text))], AtMostNow(sentAt), isWhole: told.Length > 0);
        TakeMeetings(contact, [.. told.Where(IsMeeting).Take(ContentLimits.MaxMeetings)]);

        // Holders stand nowhere but here: not in records that are found.
        var holders = told.Where(IsHolder).Select(text => text[LinkAddress.HoldPrefix.Length..]).Take(MaxHolders).ToArray();
        if (told.Length == 0 || contact.Record.Holders.SequenceEqual(holders, StringComparer.Ordinal))
            return;
        contact.Record.Holders.Clear();
        contact.Record.Holders.AddRange(holders);
        contacts.Change(contact);
    }

    /// <summary>Where packets that a contact has forwarded to us end; they are told when it is otherwise than before.</summary>
    public void SetMeetings(AccountId id, IReadOnlyList<string> meetings)
    {
        if (contacts.Find(id) is not { IsWritable: true } contact || contact.Record.OwnMeetings.SequenceEqual(meetings, StringComparer.Ordinal))
            return;
        contact.Record.OwnMeetings.Clear();
        contact.Record.OwnMeetings.AddRange(meetings.Take(ContentLimits.MaxMeetings));
        contacts.Change(contact);
        if (contact.Stage == ContactStage.Connected && contact.Record.Find is not { LeftOut: true })
            Tell(contact);
    }

    /// <summary>Takes what stands in a record of the contact. One that is older than what they told us themselves only adds to it.</summary>
    public void AddressesFound(AccountId peer, IReadOnlyList<string> addresses, long madeAt)
    {
        if (contacts.Find(peer) is not { IsWanted: true } contact)
            return;
        var sound = Sound(addresses.Where(text => !IsMeeting(text)), isHolder: false);
        if (madeAt >= contact.Record.AddressesAt)
            Put(contact, sound, AtMostNow((ulong)madeAt));
        else if (sound.Length > 0)
            Put(contact, Sound([.. contact.Record.Addresses, .. sound], isHolder: false), contact.Record.AddressesAt);
    }

    // They are reached at no address any more, as somebody who has become veiled: calling where they were would be in vain.
    private void Forget(Contact contact, ulong sentAt)
    {
        if (contact.Record.Addresses.Count == 0 && contact.Record.Holders.Count == 0 && contact.Record.Meetings.Count == 0)
            return;
        contact.Record.AddressesAt = AtMostNow(sentAt);
        contact.Record.Addresses.Clear();
        contact.Record.Holders.Clear();
        contact.Record.Meetings.Clear();
        contacts.Change(contact);
        if (contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
    }

    private static string[] Sound(IEnumerable<string> addresses, bool? isHolder) =>
    [
        .. addresses.Where(text => LinkAddress.TryParse(text, out var address) && (isHolder is null || isHolder == (address.Kind == LinkAddressKind.Hold)))
            .Distinct(StringComparer.Ordinal).Take(ContentLimits.MaxAddresses),
    ];

    private void TakeMeetings(Contact contact, string[] meetings)
    {
        if (contact.Record.Meetings.SequenceEqual(meetings, StringComparer.Ordinal))
            return;
        contact.Record.Meetings.Clear();
        contact.Record.Meetings.AddRange(meetings);
        contacts.Change(contact);
        if (contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
    }

    private static bool IsMeeting(string text) => text.StartsWith(LinkAddress.MeetPrefix, StringComparison.Ordinal);

    private static bool IsHolder(string text) => text.StartsWith(LinkAddress.HoldPrefix, StringComparison.Ordinal);

    // A clock that runs ahead is not believed, or nothing after it would be.
    private long AtMostNow(ulong at) => (long)Math.Min(at, (ulong)around.Now);

    // Without any they are called nowhere, where they said all that there is; a record that says nothing is none.
    private void Put(Contact contact, string[] sound, long at, bool isWhole = false)
    {
        if (sound.Length == 0 && !isWhole)
            return;
        if (contact.Record.Addresses.SequenceEqual(sound, StringComparer.Ordinal))
        {
            if (at > contact.Record.AddressesAt)
            {
                contact.Record.AddressesAt = at;
                contacts.Change(contact);
            }

            return;
        }

        contact.Record.AddressesAt = at;
        contact.Record.Addresses.Clear();
        contact.Record.Addresses.AddRange(sound);
        contacts.Change(contact);
        if (contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
    }
}
