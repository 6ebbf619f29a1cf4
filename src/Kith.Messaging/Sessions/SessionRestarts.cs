using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Messaging.Sessions;

/// <summary>Asks for a bundle when there is no session that works, at most so often.</summary>
internal sealed class SessionRestarts(Surroundings around, ContactBook contacts)
{
    /// <summary>A session is started anew at most so often, milliseconds.</summary>
    public const long MinInterval = 10_000;

    /// <summary>Somebody busy is asked again after this, milliseconds.</summary>
    public const long BusyInterval = 60_000;

    /// <summary>Somebody who was sent a request and acknowledges nothing may have lost the prekeys it was made with: asked again after this, milliseconds.</summary>
    public const long StuckInterval = 600_000;

    private readonly Dictionary<Contact, long> _due = [];

    /// <summary>When somebody has to be asked, unix milliseconds.</summary>
    public long? NextDeadline => _due.Count == 0 ? null : _due.Values.Min();

    /// <summary>A session with the contact is needed: now, or when the interval is over.</summary>
    public void Need(Contact contact)
    {
        if (contact.Record.WantsBundle || !contact.IsWanted)
            return;
        var at = contact.Record.BundleAskedAt + MinInterval;
        if (at > around.Now && contact.Record.BundleAskedAt <= around.Now)
            _due[contact] = at;
        else
            Ask(contact);
    }

    public void AskAt(Contact contact, long at) => _due[contact] = at;

    /// <summary>Asks whoever was waiting for it before: at the start of the node.</summary>
    public void Resume()
    {
        foreach (var contact in contacts.All.Where(contact => contact.IsWanted))
        {
            if (contact.Record.WantsBundle)
                around.Effects.RequestBundle(contact.Id);
            else if (contact.Stage == ContactStage.Connected && around.Records.Get(RecordKind.Session, contact.Id.ToArray()) is null)
                Ask(contact);
            else if (contact.Stage == ContactStage.Connecting)
                _due[contact] = around.Now + StuckInterval;
        }
    }

    public void Tick()
    {
        if (_due.Count == 0)
            return;
        foreach (var contact in _due.Where(due => due.Value <= around.Now).Select(due => due.Key).ToArray())
        {
            _due.Remove(contact);
            if (contact.IsWanted && contacts.Find(contact.Id) == contact && !IsKnownToThem(contact))
                Ask(contact);
        }
    }

    public void Forget(Contact contact) => _due.Remove(contact);

    // Our request was acknowledged and waits for the person there: nothing is wrong.
    private bool IsKnownToThem(Contact contact) =>
        contact.Stage == ContactStage.Connecting && contact.Record.RequestId.Length == MessageId.Size
        && around.Outbox.Find(contact.Record.RequestId.ToMessageId()) is null;

    private void Ask(Contact contact)
    {
        contact.Record.WantsBundle = true;
        contact.Record.BundleAskedAt = around.Now;
        contacts.Change(contact);
        around.Effects.RequestBundle(contact.Id);
    }
}
