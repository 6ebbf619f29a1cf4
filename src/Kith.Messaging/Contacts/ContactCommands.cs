using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Messaging.Finding;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>What a user does to a contact: names, silence, blocking, verification, drafts.</summary>
internal sealed class ContactCommands(
    Surroundings around, AccountBook account, ContactBook contacts, ConversationBook conversations, Outbound outbound, LinkHiding links, Announcer announcer)
{
    private readonly Dictionary<AccountId, (Crypto.X25519PublicKey Identity, string Number)> _numbers = [];

    public void SetBlocked(AccountId id, bool blocked)
    {
        var contact = contacts.Get(id);
        if (blocked == (contact.Stage == ContactStage.Blocked))
            return;
        if (blocked)
        {
            contact.Record.StageBeforeBlock = contact.Record.Stage;
            contact.Stage = ContactStage.Blocked;
            links.Hide();
            around.Effects.PeerChanged(id, null);
        }
        else
        {
            contact.Stage = (ContactStage)contact.Record.StageBeforeBlock;
            if (contact.IsDialled)
            {
                around.Effects.PeerChanged(id, contact.Endpoint);
                outbound.Announce(contact);
                if (contact.Record.WantsBundle)
                    around.Effects.RequestBundle(id);
            }
        }

        Changed(contact);
    }

    public void Rename(AccountId id, string wanted)
    {
        var contact = contacts.Get(id);
        if (!ContactName.TryNormalize(wanted, out var name))
            throw new MessengerException(MessengerError.Invalid, $"A name has 1 to {ContactName.MaxCodePoints} visible characters on one line.");
        if (contacts.IsTaken(name, contact))
            throw new MessengerException(MessengerError.Conflict, $"Another contact is called '{name}' already.");
        contact.Record.Name = name;
        contact.Record.NamedByUser = true;
        Changed(contact);
    }

    public void SetMuted(AccountId id, bool muted)
    {
        var contact = contacts.Get(id);
        contact.Record.Muted = muted;
        Changed(contact);
    }

    public SafetyNumberView SafetyNumber(AccountId id)
    {
        var contact = contacts.Get(id);
        var identity = Identity(contact);
        if (!_numbers.TryGetValue(id, out var known) || known.Identity != identity)
        {
            // Some milliseconds: kept.
            known = (identity, Contacts.SafetyNumber.Compute(account.Id, account.Identity.PublicKey, id, identity));
            _numbers[id] = known;
        }

        return new SafetyNumberView(id, known.Number, contact.Record.Verified);
    }

    public void SetVerified(AccountId id, bool verified)
    {
        var contact = contacts.Get(id);
        Identity(contact);
        contact.Record.Verified = verified;
        if (verified)
            contact.Record.Reason = string.Empty;
        Changed(contact);
    }

    public void SetDraft(AccountId id, string text)
    {
        var contact = contacts.Get(id);
        if (text.Length > ContentLimits.MaxText || !StrictUtf8.TryEncode(text, out var bytes) || bytes.Length > ContentLimits.MaxText)
            throw new MessengerException(MessengerError.TooLarge, $"A draft can hold at most {ContentLimits.MaxText / 1024} KiB of text.");
        if (conversations.Of(contact).Record.Draft.Equals(bytes))
            return;
        conversations.Change(contact).Record.Draft = bytes;
        announcer.Touch(contact);
    }

    private static Crypto.X25519PublicKey Identity(Contact contact) => contact.Identity
        ?? throw new MessengerException(MessengerError.Conflict, $"The keys of {contact.Record.Name} are not known yet: there is nothing to compare before they answer.");

    private void Changed(Contact contact)
    {
        contacts.Change(contact);
        announcer.Touch(contact);
    }
}
