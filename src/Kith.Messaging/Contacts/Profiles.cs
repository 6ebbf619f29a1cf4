using Google.Protobuf;
using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;

namespace Kith.Messaging.Contacts;

/// <summary>Names, addresses and devices that contacts tell one another.</summary>
internal sealed class Profiles(Surroundings around, AccountBook account, SettingsBook settings, ContactBook contacts, Outbound outbound)
{
    public ByteString OwnName => ByteString.CopyFromUtf8(settings.Current.Name);

    public ByteString OwnDevices => ByteString.CopyFrom(account.Devices.Encoded.Span);

    public IEnumerable<ByteString> OwnAddresses => settings.Addresses.Take(ContentLimits.MaxAddresses).Select(ByteString.CopyFromUtf8);

    /// <summary>Something of ours changed: every contact is told; an older word that has not arrived is taken back.</summary>
    public void TellAll()
    {
        foreach (var contact in contacts.All.Where(contact => contact.Stage == ContactStage.Connected))
        {
            outbound.Withdraw(contact, contact.Record.ProfileId);
            var profile = new ProfileContent { DeviceList = OwnDevices, Name = OwnName };
            profile.Addresses.AddRange(OwnAddresses);
            contact.Record.ProfileId = outbound.Enqueue(contact, new ContentMessage { Profile = profile }).ToProto();
            contacts.Change(contact);
        }
    }

    public void Received(PeerOrigin from, Contact contact, ProfileContent profile)
    {
        if (contact.Stage is not (ContactStage.Connected or ContactStage.Request))
            return;
        TryTakeDevices(from, contact, profile.DeviceList.Span);
        TakeName(contact, profile.Name);
        TakeAddresses(contact, profile.Addresses);
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

        if (contact.IsWanted)
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

    public void TakeAddresses(Contact contact, IReadOnlyList<ByteString> addresses)
    {
        var sound = addresses.Select(StrictUtf8.Decode).Where(text => LinkAddress.TryParse(text, out _)).Distinct(StringComparer.Ordinal).ToArray();
        if (sound.Length == 0 || contact.Record.Addresses.SequenceEqual(sound, StringComparer.Ordinal))
            return;
        contact.Record.Addresses.Clear();
        contact.Record.Addresses.AddRange(sound);
        contacts.Change(contact);
        if (contact.IsWanted)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
    }
}
