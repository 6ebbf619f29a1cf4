using Kith.Delivery;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Messaging;
using Kith.Messaging.Drops;
using Kith.Node.Loop;
using Kith.Storage;
using Kith.Wire;

namespace Kith.Node.Network;

/// <content>What the mailbox tells, on its threads; all of it becomes work of the loop.</content>
internal sealed partial class NodeDrops : IMailboxObserver
{
    /// <summary>Envelopes of one piece of work.</summary>
    private const int EnvelopesAtOnce = 64;

    /// <summary>Envelopes that came too early and wait for others; of more the oldest is left where it is kept until the next start.</summary>
    private const int MaxEarly = 1_024;

    /// <summary>What the vault did not take comes again after this, milliseconds.</summary>
    private const long NotTakenPause = 10_000;

    private static readonly PeerOrigin FromHolders = new(RouteKind.Drop, default, default);

    private readonly List<ArrivedEnvelope> _early = [];
    private readonly List<(BoxSecret? Secret, IReadOnlyList<ArrivedEnvelope> Envelopes)> _notTaken = [];
    private long? _takeAgainAt;

    /// <inheritdoc/>
    void IMailboxObserver.Stored(WritableBox box, IReadOnlyList<MessageId> parcels) => Post(() =>
    {
        if (_bundles.TryGetValue(box.Secret, out var link))
        {
            _messenger.StandingBundleStored(link);
            _effects.After(() => _bundles.Remove(box.Secret));
            return;
        }

        _whyRefused = null;
        if (!_readers.TryGetValue(box.Secret, out var peer))
            return;
        MessageId[] ids = [.. parcels.Where(id => !_bestEffort.Has(id))];
        if (ids.Length > 0)
            _messenger.Stored(peer, ids);
        _effects.After(() =>
        {
            foreach (var id in parcels)
                _bestEffort.Stored(id);
            _bestEffort.Hurry(Now);
            _delivery!.Stored(peer, ids, Now);
        });
    });

    /// <inheritdoc/>
    void IMailboxObserver.Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why) => Post(() => _effects.After(() =>
    {
        _whyRefused = $"It could not be left with holders: {why}.";
        if (_bundles.Remove(box.Secret))
        {
            // It is due all the same.
            _againAt ??= _clock.Now() + BundlePause;
            return;
        }

        MessageId[] ids = [.. parcels.Where(id => !_bestEffort.Has(id))];
        foreach (var id in parcels)
            _bestEffort.Refused(id, Now);
        if (_readers.TryGetValue(box.Secret, out var peer) && ids.Length > 0)
            _delivery!.Refused(peer, ids, Now);
    }));

    /// <inheritdoc/>
    void IMailboxObserver.Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        for (var i = 0; i < envelopes.Count; i += EnvelopesAtOnce)
        {
            var some = envelopes.Skip(i).Take(EnvelopesAtOnce).ToList();
            Post(box.Secret, some);
        }
    }

    /// <inheritdoc/>
    void IMailboxObserver.ReadToEnd(ReadableBox box, long since) => Post(() => _messenger.BoxRead(box.Secret.Bytes.ToArray(), since));

    /// <inheritdoc/>
    void IMailboxObserver.GuardsChanged(Mailbox.Passing.SavedGuards guards) => Post(() => WhenGuardsChanged?.Invoke(guards));

    /// <inheritdoc/>
    void IMailboxObserver.Changed() => _news();

    // In the order in which it is said; while the loop has too much to do, in memory.
    private void Post(Action work) => Post(new ActionItem(work));

    private void Post(WorkItem item) => _ = _loop!.PostAsync(item).AsTask();

    // From a box; null for what came earlier, of any.
    private void Post(BoxSecret? secret, IReadOnlyList<ArrivedEnvelope> envelopes) =>
        Post(new ArrivedItem(envelopes, () => Take(secret, envelopes), reason => NotTaken(secret, envelopes, reason)));

    // Inside the open transaction.
    private void Take(BoxSecret? secret, IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        if (secret is not null && _makers.TryGetValue(secret, out var maker))
        {
            foreach (var bundle in envelopes)
                _messenger.ReceiveStandingBundle(maker, bundle.Envelope.Span);
            return;
        }

        var taken = new List<ArrivedEnvelope>(envelopes.Count);
        var early = new List<ArrivedEnvelope>();
        foreach (var envelope in envelopes)
            (_messenger.ReceiveEnvelope(FromHolders, envelope.Envelope) == Reception.Done ? taken : early).Add(envelope);
        _effects.After(() => Taken(taken, early));
    }

    // Nothing of them is in the vault, and holders keep them yet.
    private void NotTaken(BoxSecret? secret, IReadOnlyList<ArrivedEnvelope> envelopes, Exception reason)
    {
        if (reason is VaultException)
        {
            // The disk does not take it: all of it comes again when it may.
            _notTaken.Add((secret, envelopes));
            while (_notTaken.Sum(one => one.Envelopes.Count) > MaxEarly)
                _notTaken.RemoveAt(0);
            _takeAgainAt = _clock.Now() + NotTakenPause;
        }
        else if (envelopes.Count > 1)
        {
            // A defect of ours that one of them brought out: the others go without it.
            foreach (var envelope in envelopes)
                Post(secret, [envelope]);
        }
    }

    private void TakeAgain()
    {
        if (_takeAgainAt is not { } due || due > _clock.Now())
            return;
        _takeAgainAt = null;
        var again = _notTaken.ToArray();
        _notTaken.Clear();
        foreach (var (secret, envelopes) in again)
            Post(secret, envelopes);
    }

    // After the commit: only now nobody needs to keep it any more.
    private void Taken(List<ArrivedEnvelope> taken, List<ArrivedEnvelope> early)
    {
        if (taken.Count > 0)
        {
            _mailbox?.Done(taken);
            // What they were waited for may be among these. Strangers can leave much that is never opened: it must not be tried as a whole each time.
            Retry(EnvelopesAtOnce);
        }

        _early.AddRange(early);
        if (_early.Count > MaxEarly)
            _early.RemoveRange(0, _early.Count - MaxEarly);
    }

    private void Retry(int most)
    {
        if (_early.Count == 0)
            return;
        var again = _early.Take(most).ToArray();
        _early.RemoveRange(0, again.Length);
        Post(null, again);
    }
}
