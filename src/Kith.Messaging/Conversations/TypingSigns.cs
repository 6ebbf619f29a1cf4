using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>Who is writing. Never kept; what is not renewed ends by itself. With the setting off, neither sent nor shown.</summary>
internal sealed class TypingSigns(Surroundings around, ContactBook contacts, SettingsBook settings, Outbound outbound)
{
    /// <summary>A sign of the other side counts so long, milliseconds.</summary>
    public const long Lifetime = 10_000;

    /// <summary>Our own sign is repeated at most so often, milliseconds.</summary>
    public const long MinInterval = 3_000;

    private readonly Dictionary<AccountId, long> _until = [];
    private readonly Dictionary<AccountId, long> _sentAt = [];

    public long? NextDeadline => _until.Count == 0 ? null : _until.Values.Min();

    public void Set(AccountId contactId, bool active)
    {
        var contact = contacts.Get(contactId);
        if (!settings.Typing || contact.Stage != ContactStage.Connected)
            return;
        var now = around.Now;
        if (active)
        {
            if (_sentAt.TryGetValue(contactId, out var at) && at <= now && now < at + MinInterval)
                return;
            _sentAt[contactId] = now;
        }
        else if (!_sentAt.Remove(contactId))
        {
            return;
        }

        outbound.TrySendOnce(contact, new ContentMessage { Typing = new TypingContent { Active = active } });
    }

    public void Received(Contact contact, bool active)
    {
        if (!settings.Typing || contact.Stage != ContactStage.Connected)
            return;
        if (active)
            _until[contact.Id] = around.Now + Lifetime;
        else if (!_until.Remove(contact.Id))
            return;
        around.Effects.Publish(new MessengerEvent.Typing(contact.Id, active));
    }

    /// <summary>A message came: they are done writing it.</summary>
    public void Ended(Contact contact)
    {
        if (_until.Remove(contact.Id))
            around.Effects.Publish(new MessengerEvent.Typing(contact.Id, false));
    }

    public void Tick()
    {
        if (_until.Count == 0)
            return;
        var now = around.Now;
        foreach (var id in _until.Where(sign => sign.Value <= now).Select(sign => sign.Key).ToArray())
        {
            _until.Remove(id);
            around.Effects.Publish(new MessengerEvent.Typing(id, false));
        }
    }
}
