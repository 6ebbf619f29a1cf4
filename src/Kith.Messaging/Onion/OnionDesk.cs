using System.Globalization;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;

namespace Kith.Messaging.Onion;

/// <summary>
/// Who gets in at which of our onion services (docs/protocol/tor.md, "The person's onion services"): each contact at one of eight, by a key of their own, and who uses a link at the one that links
/// name, by a key that comes from the link. Keys are derived; what is kept of a contact is the number of their service.
/// </summary>
internal sealed class OnionDesk(Surroundings around, AccountBook account, SettingsBook settings, ContactBook contacts, InviteDesk invites)
{
    /// <summary>How long contacts and links of before there were keys keep the service that links name open to all who know its address, milliseconds.</summary>
    public const long FormerLifetime = 90L * 24 * 60 * 60 * 1000;

    private readonly string?[] _names = new string?[OnionPlan.MaxServices];
    private readonly Dictionary<InviteId, X25519PublicKey> _linkKeys = [];

    /// <summary>Whether an address is that of an onion service.</summary>
    public static bool IsOnion(string address) => address.StartsWith(LinkAddress.OnionPrefix, StringComparison.Ordinal);

    /// <summary>Where a contact reaches us instead of an address of ours, if that is the one that links name: at a service for contacts, by their own key. Null: nowhere.</summary>
    public string? AddressFor(Contact contact, string address)
    {
        if (!IsOnion(address))
            return address;
        if (!HoldsKey(contact) || !LinkAddress.TryParse(address, out var forLinks) || !TryPlace(contact))
            return null;
        using var key = account.Keys.DeriveOnionClientKey(contact.Id);
        return string.Create(CultureInfo.InvariantCulture, $"{LinkAddress.OnionPrefix}{NameOf(contact.Record.OnionService - 1)}:{forLinks.Port}/{OnionClientKey.TextOf(key)}");
    }

    /// <summary>From now on there are keys: who was told the address that links name goes on getting in there for a while.</summary>
    public void Begin()
    {
        if (settings.OnionKeysSince != 0)
            return;
        var wasTold = settings.Addresses.Any(IsOnion);
        settings.BeginOnionKeys(around.Now, wasTold ? around.Now + FormerLifetime : 0);
        foreach (var contact in contacts.All.Where(contact => wasTold && contact.IsWritable))
        {
            contact.Record.OnionFormer = true;
            contacts.Change(contact);
        }
    }

    /// <summary>Contacts who were told no address with a key yet, though we have onion services.</summary>
    public IReadOnlyList<Contact> Untold() =>
        settings.Addresses.Any(IsOnion) ? [.. contacts.All.Where(contact => contact.Stage == ContactStage.Connected && HoldsKey(contact) && contact.Record.OnionService == 0 && TryPlace(contact))] : [];

    /// <summary>A contact has what we told of ourselves last.</summary>
    public void Acknowledged(Contact contact, ReadOnlySpan<byte> id)
    {
        if (!contact.Record.OnionFormer || contact.Record.OnionService == 0 || !contact.Record.ProfileId.Span.SequenceEqual(id))
            return;
        contact.Record.OnionFormer = false;
        contacts.Change(contact);
    }

    /// <summary>Says so when who gets in has changed with a contact.</summary>
    public void Notice(Contact contact)
    {
        if (!contact.Changed)
            return;
        var state = (HoldsKey(contact) ? contact.Record.OnionService : 0, contact.Record.OnionFormer);
        if (contact.ToldOnion == state)
            return;
        contact.ToldOnion = state;
        around.Effects.OnionChanged();
    }

    /// <summary>Who gets in where, now.</summary>
    public OnionPlan Plan()
    {
        if (!settings.Addresses.Any(IsOnion))
            return OnionPlan.None;
        var services = Enumerable.Range(0, OnionPlan.MaxServices).Select(_ => new List<X25519PublicKey>()).ToArray();
        var leftOut = 0;
        var isFormer = false;
        foreach (var contact in contacts.All.Where(HoldsKey))
        {
            isFormer |= contact.Record.OnionFormer;
            if (contact.Record.OnionService is > 0 and <= OnionPlan.MaxServices and var service)
                services[service - 1].Add(KeyOf(contact));
            else if (contact.Stage == ContactStage.Connected)
                leftOut++;
        }

        Invite[] links = [.. invites.Readable.Where(invite => invite.CreatedAt > settings.LinksHiddenUntil).Take(OnionPlan.MaxClients)];
        isFormer |= links.Any(link => link.CreatedAt <= settings.OnionKeysSince);
        return new OnionPlan(services, isFormer && around.Now < settings.OnionFormerUntil ? [] : links.Length == 0 ? null : [.. links.Select(KeyOf)], leftOut);
    }

    // Neither who is blocked, nor who is to find us no more, nor who is none yet.
    private static bool HoldsKey(Contact contact) => contact.IsWritable && contact.Record.Find is not { LeftOut: true };

    private X25519PublicKey KeyOf(Contact contact)
    {
        if (contact.OnionKey is { } known)
            return known;
        using var key = account.Keys.DeriveOnionClientKey(contact.Id);
        contact.OnionKey = key.PublicKey;
        return key.PublicKey;
    }

    private X25519PublicKey KeyOf(Invite invite)
    {
        if (_linkKeys.TryGetValue(invite.Id, out var known))
            return known;
        using var key = OnionLinkKey.Of(invite.BoxSeed, account.Id);
        return _linkKeys[invite.Id] = key.PublicKey;
    }

    // Once and for as long as they are here: another service would be another address to tell.
    private bool TryPlace(Contact contact)
    {
        if (contact.Record.OnionService != 0)
            return true;
        Span<int> taken = stackalloc int[OnionPlan.MaxServices];
        foreach (var other in contacts.All)
        {
            if (other.Record.OnionService is > 0 and <= OnionPlan.MaxServices and var service)
                taken[service - 1]++;
        }

        for (var i = 0; i < taken.Length; i++)
        {
            if (taken[i] >= OnionPlan.MaxClients)
                continue;
            contact.Record.OnionService = i + 1;
            contacts.Change(contact);
            return true;
        }

        return false;
    }

    private string NameOf(int number)
    {
        if (_names[number] is { } known)
            return known;
        using var key = account.Keys.DeriveOnionKey(number);
        return _names[number] = OnionName.Of(key.PublicKey.ToArray()).Text;
    }
}
