using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>Which boxes there are (docs/protocol/messaging.md, "While the other is away"), and when that changes.</summary>
internal sealed class BoxBook(Surroundings around, AccountBook account, SettingsBook settings, ContactBook contacts, SessionBook sessions, InviteDesk invites)
{
    /// <summary>Somebody whose link we used is looked for so long before their link's box is read, milliseconds.</summary>
    public const long Patience = 4_000;

    /// <summary>A link's read keys are fetched anew when they are so old, milliseconds: they serve for 30 days.</summary>
    public const long RenewAfter = 20 * Day;

    /// <summary>A link's bundle is put anew after this, milliseconds.</summary>
    public const long BundlePause = Day;

    /// <summary>What is due and was not done is said again after this, milliseconds.</summary>
    private const long SayAgain = 60 * 60 * 1000;

    /// <summary>What was left for us before we knew each other by our clock, milliseconds.</summary>
    private const long Before = Day;

    private const long Day = 24L * 60 * 60 * 1000;

    private readonly ReadTimes _read = new(around);
    private readonly Dictionary<Contact, long> _due = [];
    private long _saidAt = long.MinValue;
    private (int, long) _bundlesFor = (-1, 0);
    private long? _bundlesDue;

    /// <summary>When something is due, unix milliseconds.</summary>
    public long? NextDeadline
    {
        get
        {
            // Asked for after each batch: looked through again only when a link has changed.
            if (_bundlesFor != (invites.Changes, settings.LinksHiddenUntil))
                (_bundlesFor, _bundlesDue) = ((invites.Changes, settings.LinksHiddenUntil), Published().Min(invite => (long?)invite.BundledAt + BundlePause));
            var next = _due.Count == 0 ? long.MaxValue : _due.Values.Min();
            if (_bundlesDue is { } due)
                next = Math.Min(next, Math.Max(due, _saidAt + SayAgain));
            return next == long.MaxValue ? null : next;
        }
    }

    public DropBoxes Boxes()
    {
        var writes = new List<ContactWriteBox>();
        var reads = new List<ContactReadBox>();
        var bundles = new List<BundleReadBox>();
        foreach (var contact in contacts.All.Where(HasBoxes).OrderByDescending(LastHeard))
        {
            if (WriteBox(contact) is { } box)
                writes.Add(box);
            AddReadBoxes(contact, reads);
            if (WantsBundle(contact) && DueAt(contact) is { } due && due <= around.Now)
                bundles.Add(new BundleReadBox(contact.Id, BoxSecrets.OfBundle(contact.Record.LinkSeed.Span, contact.Id)));
        }

        return new DropBoxes(writes, reads, bundles, [.. Readable().Select(LinkOf)]);
    }

    public void BoxRead(ReadOnlySpan<byte> secret, long at) => _read.Set(secret, at);

    public void Tick()
    {
        var now = around.Now;
        if (NextDeadline is not { } next || next > now)
            return;
        _saidAt = now;
        foreach (var contact in _due.Where(due => due.Value <= now).Select(due => due.Key).ToArray())
            _due.Remove(contact);
        around.Effects.BoxesChanged();
    }

    /// <summary>Says so when something of a contact has changed that its boxes depend on.</summary>
    public void Notice(Contact contact)
    {
        if (!contact.Changed)
            return;
        var state = BoxState.Of(contact);
        if (state == contact.ToldBoxes)
            return;
        contact.ToldBoxes = state;
        around.Effects.BoxesChanged();
        Expect(contact);
    }

    /// <summary>At the start of the node, and after a transaction was rolled back.</summary>
    public void Resume()
    {
        foreach (var contact in contacts.All)
        {
            contact.ToldBoxes = BoxState.Of(contact);
            Expect(contact);
        }
    }

    /// <summary>Forgets what concerns boxes that are no more: now and then.</summary>
    public void Tidy()
    {
        var boxes = Boxes();
        _read.KeepOnly([.. boxes.Reads.Select(box => box.Secret), .. boxes.Links.Select(link => link.RequestSecret)]);
    }

    public void Forget(Contact contact) => _due.Remove(contact);

    /// <summary>Whether what the box of their link holds is needed: how to write to them at all, or new read keys.</summary>
    public bool WantsBundle(Contact contact) => contact.Stage == ContactStage.Connecting && !contact.Record.LinkSeed.IsEmpty
        && (contact.Record.RequestBox is null || !sessions.CanEncrypt(contact) ? contact.Record.WantsBundle : NeedsKeys(contact.Record.RequestBox));

    /// <summary>The valid links whose users find us, newest first.</summary>
    public IEnumerable<Invite> Published() => Readable().Where(invite => invite.StatusAt(around.Now) == InviteStatus.Valid);

    private IEnumerable<Invite> Readable() => invites.Readable.Where(invite => invite.CreatedAt > settings.LinksHiddenUntil).Take(Finding.FindSets.MaxLinks);

    // Nothing is written for, or read of, somebody blocked or refused. Who was dismissed has still to be told.
    private static bool HasBoxes(Contact contact) =>
        contact.Stage is ContactStage.Connecting or ContactStage.Connected or ContactStage.Request or ContactStage.Dismissed;

    private bool NeedsKeys(RequestBoxRecord box) => box.MadeAt + RenewAfter <= around.Now;

    private void Expect(Contact contact)
    {
        _due.Remove(contact);
        if (contact.Stage == ContactStage.Connecting && DueAt(contact) is { } at && at > around.Now)
            _due[contact] = at;
    }

    private long? DueAt(Contact contact) =>
        contact.Record.LinkSeed.IsEmpty ? null
        : contact.Record.RequestBox is { } box && sessions.CanEncrypt(contact) ? box.MadeAt + RenewAfter
        : contact.Record.WantsBundle ? contact.Record.BundleAskedAt + Patience
        : null;

    private long LastHeard(Contact contact)
    {
        var last = around.Messages.Before(contact.Id, null, 1);
        return last.Count == 0 ? contact.Record.AddedAt : last[0].ReceivedAt;
    }

    // Under the secret that they are known to have, as envelopes; else where the users of their link write.
    private ContactWriteBox? WriteBox(Contact contact)
    {
        if (Pair(contact)?.Write is { } secret)
            return new ContactWriteBox(contact.Id, secret, Holders(contact));
        if (contact.Record.RequestBox is not { } box)
            return null;
        var keys = new Dictionary<long, Ed25519PublicKey>();
        for (var i = 0; (i + 1) * Ed25519PublicKey.Size <= box.ReadKeys.Length; i++)
        {
            if (Ed25519PublicKey.TryParse(box.ReadKeys.Span.Slice(i * Ed25519PublicKey.Size, Ed25519PublicKey.Size), out var key))
                keys[box.FirstPeriod + i] = key;
        }

        return new ContactWriteBox(contact.Id, BoxSecrets.OfRequests(contact.Record.LinkSeed.Span, contact.Id), Holders(contact))
        {
            Price = contact.Record.LinkPrice,
            ReadKeys = keys,
        };
    }

    // A holder that a contact names may be the contact: who must not learn where we are is not gone to.
    private static string[] Holders(Contact contact) => contact.Privacy == PrivacyLevel.Open ? [.. contact.Record.Holders] : [];

    private void AddReadBoxes(Contact contact, List<ContactReadBox> reads)
    {
        foreach (var secret in Pair(contact)?.Reads ?? [])
            reads.Add(new ContactReadBox(contact.Id, secret, _read.Of(secret) ?? contact.Record.AddedAt - Before));
    }

    private PairBoxes? Pair(Contact contact) =>
        contact.Ring is not { } ring ? null
        : ReferenceEquals(contact.PairBoxes?.Ring, ring) ? contact.PairBoxes
        : contact.PairBoxes = PairBoxes.Of(ring, account.Id, contact.Id);

    private LinkBoxes LinkOf(Invite invite)
    {
        var requests = BoxSecrets.OfRequests(invite.BoxSeed, account.Id);
        var isDue = invite.StatusAt(around.Now) == InviteStatus.Valid && (invite.BundledAt + BundlePause <= around.Now || invite.BundledAt > around.Now);
        return new LinkBoxes(
            invite.Id.ToString(), requests, BoxSecrets.OfReading(account.Keys.Account, invite.Id), invite.Price, _read.Of(requests) ?? invite.CreatedAt - Before)
        {
            BundleDue = isDue ? BoxSecrets.OfBundle(invite.BoxSeed, account.Id) : default(ReadOnlyMemory<byte>?),
        };
    }
}
