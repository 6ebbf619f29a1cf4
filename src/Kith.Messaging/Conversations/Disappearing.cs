using Kith.Messaging.Contacts;

namespace Kith.Messaging.Conversations;

/// <summary>Erases messages whose time is up. One that still has to be delivered waits: it disappears after that.</summary>
internal sealed class Disappearing(Surroundings around, ContactBook contacts, History history, MessageChanges changes)
{
    /// <summary>Messages erased in one go; the rest follows at once.</summary>
    private const int Page = 200;

    /// <summary>How long to wait for a delivery, milliseconds.</summary>
    private const long Postponement = 60_000;

    public long? NextDeadline => around.Messages.NextExpiry();

    public void Tick()
    {
        var now = around.Now;
        foreach (var row in around.Messages.Expired(now, Page))
        {
            var entry = History.Read(row);
            if (contacts.Find(row.Conversation) is not { } contact)
                history.Remove(row.Id);
            else if (row.FromMe && around.Outbox.Find(row.Id) is not null)
                history.Save(entry with { Row = row with { ExpiresAt = now + Postponement } });
            else
                changes.Erase(contact, entry);
        }
    }
}
