using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>The exceptions that contacts are from the privacy setting, and what follows when the setting or one of them changes (docs/protocol/privacy.md).</summary>
internal sealed class PrivacyDesk(Surroundings around, SettingsBook settings, ContactBook contacts, Profiles profiles, Announcer announcer)
{
    /// <summary>How an exception is kept.</summary>
    /// <exception cref="MessengerException">There are none under this setting.</exception>
    public static string Word(SettingsBook settings, PrivacyLevel? exception)
    {
        if (settings.Privacy == PrivacyLevel.Onion && exception is not (null or PrivacyLevel.Onion))
            throw new MessengerException(MessengerError.Conflict, "Your privacy is onion: nothing leaves but through Tor, so no contact can be an exception from it.");
        return SettingsBook.WordOf(exception);
    }

    public void Set(AccountId id, PrivacyLevel? exception)
    {
        var contact = contacts.Get(id);
        var word = Word(settings, exception);
        if (contact.Record.Privacy == word)
            return;
        var before = contact.Privacy;
        contact.Record.Privacy = word;
        contacts.Change(contact);
        announcer.Touch(contact);
        if (contact.Privacy != before)
            Changed(contact);
    }

    /// <summary>The setting itself is another one.</summary>
    public void SettingChanged()
    {
        foreach (var contact in contacts.All)
        {
            announcer.Touch(contact);
            contacts.Change(contact);
            Changed(contact);
        }

        // The links' own records and boxes.
        around.Effects.FindingChanged();
        around.Effects.BoxesChanged();
    }

    // Where we are called, and what they are told of where we are.
    private void Changed(Contact contact)
    {
        if (contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
        // What was written before and has not arrived must not tell it either.
        profiles.Rewrite(contact);
        if (contact.Stage == ContactStage.Connected && contact.Record.Find is not { LeftOut: true })
            profiles.Tell(contact);
    }
}
