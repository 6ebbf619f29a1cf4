using Kith.Delivery;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Messaging;
using Kith.Messaging.Drops;
using Kith.Node.Loop;
using Kith.Wire;

namespace Kith.Node.Network;

/// <content>What the mailbox tells, on its threads; all of it becomes work of the loop.</content>
internal sealed partial class NodeDrops : IMailboxObserver
{
    /// <summary>Envelopes of one piece of work.</summary>
    private const int EnvelopesAtOnce = 64;

    /// <summary>Envelopes that came too early and wait for others; of more the oldest is left where it is kept until the next start.</summary>
    private const int MaxEarly = 1_024;

    private static readonly PeerOrigin FromHolders = new(RouteKind.Drop, default, default);

    private readonly List<ArrivedEnvelope> _early = [];

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
            _againAt ??= Now + BundlePause;
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
            Post(() => Take(box.Secret, some), some.Sum(one => one.Envelope.Length));
        }
    }

    /// <inheritdoc/>
    void IMailboxObserver.ReadToEnd(ReadableBox box, long since) => Post(() => _messenger.BoxRead(box.Secret.Bytes.ToArray(), since));

    /// <inheritdoc/>
    void IMailboxObserver.Changed() => _news();

    // In the order in which it is said; while the loop has too much to do, in memory.
    private void Post(Action work, int size = 0) => _ = _loop!.PostAsync(new ActionItem(work, size)).AsTask();

    // Inside the open transaction.
    private void Take(BoxSecret secret, IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        if (_makers.TryGetValue(secret, out var maker))
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

    // After the commit: only now nobody needs to keep it any more.
    private void Taken(List<ArrivedEnvelope> taken, List<ArrivedEnvelope> early)
    {
        if (taken.Count > 0)
        {
            _mailbox?.Done(taken);
            // What they were waited for may be among these.
            Retry();
        }

        _early.AddRange(early);
        if (_early.Count > MaxEarly)
            _early.RemoveRange(0, _early.Count - MaxEarly);
    }

    private void Retry()
    {
        if (_early.Count == 0)
            return;
        ArrivedEnvelope[] again = [.. _early];
        _early.Clear();
        Post(() => TakeAgain(again), again.Sum(one => one.Envelope.Length));
    }

    private void TakeAgain(IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        var taken = new List<ArrivedEnvelope>();
        var early = new List<ArrivedEnvelope>();
        foreach (var envelope in envelopes)
            (_messenger.ReceiveEnvelope(FromHolders, envelope.Envelope) == Reception.Done ? taken : early).Add(envelope);
        _effects.After(() => Taken(taken, early));
    }
}
