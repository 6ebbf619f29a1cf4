using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Messaging.Finding;

/// <summary>Who may find us and whom we look for, as secrets: what the overlay publishes and searches.</summary>
internal sealed class FindSets(Surroundings around, AccountBook account, SettingsBook settings, ContactBook contacts, InviteDesk invites)
{
    /// <summary>Links whose users find us; of more the newest. Each costs as much traffic as a contact.</summary>
    public const int MaxLinks = 8;

    public IReadOnlyList<FindPublication> FindableBy()
    {
        var publications = new List<FindPublication>();
        // Whoever knows a record's place can watch who puts it there, and who asks for it: none stands anywhere for those who must not learn where we are.
        foreach (var contact in contacts.All.Where(MayKnowPlace))
        {
            foreach (var secret in Given(contact))
                publications.Add(new FindPublication(contact.Id, secret, account.Keys.Account));
        }

        if (settings.Privacy != PrivacyLevel.Open)
            return publications;
        foreach (var invite in invites.Open.Where(invite => invite.CreatedAt > settings.LinksHiddenUntil).Take(MaxLinks))
            publications.Add(new FindPublication(null, invite.FindSecretOf(account.Id), account.Keys.Account));
        return publications;
    }

    public IReadOnlyList<FindTarget> Wanted()
    {
        var targets = new List<FindTarget>();
        foreach (var contact in contacts.All.Where(contact => contact.IsWanted && MayKnowPlace(contact)))
        {
            if (!Ed25519PublicKey.TryParse(contact.Id.ToArray(), out var maker))
                continue;
            var answers = contact.IsDialled;
            foreach (var (secret, isFallback) in Received(contact))
                targets.Add(new FindTarget(contact.Id, secret, maker, answers, isFallback));
        }

        return targets;
    }

    /// <summary>Says so when something of a contact has changed that these sets depend on.</summary>
    public void Notice(Contact contact)
    {
        if (!contact.Changed)
            return;
        var state = FindingState.Of(contact);
        if (state == contact.ToldFinding)
            return;
        contact.ToldFinding = state;
        around.Effects.FindingChanged();
    }

    private bool MayKnowPlace(Contact contact) => contact.Privacy == PrivacyLevel.Open;

    private IEnumerable<ReadOnlyMemory<byte>> Given(Contact contact)
    {
        if (!contact.IsWritable || contact.Record.Find is { LeftOut: true })
            yield break;
        var find = contact.Record.Find;
        if (find is not null)
        {
            foreach (var issued in find.Given)
                yield return issued.Secret.Memory;
            if (find.TakenNumber != 0)
                yield break;
        }

        foreach (var secret in OfRing(contact, found: account.Id, finder: contact.Id))
            yield return secret;
    }

    private IEnumerable<(ReadOnlyMemory<byte> Secret, bool IsFallback)> Received(Contact contact)
    {
        // Until they know of us there is nothing but their link.
        if (contact.Stage == ContactStage.Connecting && contact.Record.LinkFindSecret.Length == FindKeys.Size)
            yield return (contact.Record.LinkFindSecret.Memory, false);
        var hasIssued = false;
        if (contact.Record.Find is { } find)
        {
            foreach (var issued in find.Received)
            {
                yield return (issued.Secret.Memory, hasIssued);
                hasIssued = true;
            }
        }

        // A node restored from a backup of before publishes under these.
        foreach (var secret in OfRing(contact, found: contact.Id, finder: account.Id))
            yield return (secret, hasIssued);
    }

    // The newest, and the one before while the other side may have that alone.
    private static IEnumerable<ReadOnlyMemory<byte>> OfRing(Contact contact, AccountId found, AccountId finder)
    {
        if (contact.Ring is not { } ring)
            yield break;
        yield return FindKeys.OfPair(ring.Newest, found, finder);
        if (!ring.Confirmed && ring.Older is { } older)
            yield return FindKeys.OfPair(older, found, finder);
    }
}
