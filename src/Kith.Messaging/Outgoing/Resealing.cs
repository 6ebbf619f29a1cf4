using Kith.Messaging.Contacts;

namespace Kith.Messaging.Outgoing;

/// <summary>The other side could not open what we sent and has made a new session: everything unacknowledged is sealed in it, at most so often.</summary>
internal sealed class Resealing(Surroundings around, ContactBook contacts, Outbound outbound)
{
    /// <summary>At most so often for one contact, milliseconds: sealing a long outbox costs something.</summary>
    public const long MinInterval = 10_000;

    private readonly Dictionary<Contact, long> _lastAt = [];
    private readonly Dictionary<Contact, long> _due = [];

    public long? NextDeadline => _due.Count == 0 ? null : _due.Values.Min();

    public void Need(Contact contact)
    {
        var now = around.Now;
        if (_lastAt.TryGetValue(contact, out var last) && last <= now && now < last + MinInterval)
        {
            _due[contact] = last + MinInterval;
            return;
        }

        Seal(contact);
    }

    public void Tick()
    {
        if (_due.Count == 0)
            return;
        foreach (var contact in _due.Where(due => due.Value <= around.Now).Select(due => due.Key).ToArray())
        {
            if (contacts.Find(contact.Id) == contact)
                Seal(contact);
            _due.Remove(contact);
        }
    }

    private void Seal(Contact contact)
    {
        _lastAt[contact] = around.Now;
        _due.Remove(contact);
        outbound.SealAll(contact, again: true);
    }
}
