using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Delivery;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Messaging;
using Kith.Messaging.Drops;
using Kith.Node.Loop;
using Kith.Wire;
using BoxSecret = Kith.Mailbox.Boxes.BoxSecret;

namespace Kith.Node.Network;

/// <summary>
/// Between the messenger and the mailbox, on the loop: what waits for somebody who cannot be reached is left with holders, and what others left for us comes to the messenger inside a transaction. A chunk is
/// deleted where it is kept only after the commit of all that was in it.
/// </summary>
internal sealed partial class NodeDrops : IDropRoute
{
    /// <summary>A bundle is put for the present period and the two after it (docs/protocol/mailbox.md, "Links").</summary>
    private const int BundlePeriods = 3;

    /// <summary>A bundle that nobody took is put again after this, milliseconds.</summary>
    private const long BundlePause = 60_000;

    private readonly IPeerProtocol _messenger;
    private readonly HeldEffects _effects;
    private readonly TimeProvider _time;
    private readonly Action _news;
    private readonly Dictionary<AccountId, WritableBox> _writes = [];
    private readonly ConcurrentDictionary<AccountId, bool> _canWrite = []; // the keys of the boxes that are written, for other threads
    private readonly Dictionary<BoxSecret, AccountId> _readers = [];
    private readonly Dictionary<BoxSecret, AccountId> _makers = []; // whose bundle stands in a box that we read
    private readonly Dictionary<BoxSecret, string> _bundles = []; // our links whose bundle is being put
    private readonly BestEffortDrops _bestEffort = new();
    private volatile string? _whyRefused; // the last refusal's, until something is stored
    private readonly EvenClock _clock;
    private long? _againAt;
    private NodeLoop? _loop;
    private DeliveryCore? _delivery;
    private IMailbox? _mailbox;
    private IReadOnlyList<string> _preferred = [];

    /// <param name="messenger">Whose boxes they are.</param>
    /// <param name="effects">What waits for the commit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="news">Says that what is seen of drops is something else; on the mailbox's threads.</param>
    public NodeDrops(IPeerProtocol messenger, HeldEffects effects, TimeProvider time, Action news) => (_messenger, _effects, _time, _clock, _news) = (messenger, effects, time, new EvenClock(time), news);

    /// <summary>What is seen of drops; nothing until they run.</summary>
    public MailboxView View => _mailbox?.View ?? MailboxView.Nothing;

    /// <summary>Keeps who sees our address. On the loop, inside a transaction.</summary>
    public Action<Mailbox.Passing.SavedGuards>? WhenGuardsChanged { get; set; }

    /// <summary>Whether they run.</summary>
    public bool IsRunning => _mailbox is not null;

    /// <summary>Our own holders, <c>HOST:PORT</c> each.</summary>
    public IReadOnlyList<string> Preferred => _preferred;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What was made after this.</summary>
    public void Bind(NodeLoop loop, DeliveryCore delivery) => (_loop, _delivery) = (loop, delivery);

    /// <summary>Our own holders, before anything runs.</summary>
    public void Prefer(IReadOnlyList<string> holders) => _preferred = holders;

    /// <summary>The mailbox runs from now on. On the loop.</summary>
    public void Attach(IMailbox mailbox)
    {
        _mailbox = mailbox;
        Update();
    }

    /// <summary>The mailbox is about to end: nothing is left or read any more. On any thread.</summary>
    public void Detach() => _mailbox = null;

    /// <summary>Reads everything anew: the network is another one, or the user waits.</summary>
    public void ReadNow() => _mailbox?.ReadNow();

    /// <summary>There are other boxes than before. On the loop, after the commit.</summary>
    public void Update()
    {
        if (_mailbox is not { } mailbox || _delivery is not { } delivery)
            return;
        var boxes = _messenger.Boxes();
        Write(delivery, boxes);
        _makers.Clear();
        foreach (var bundle in boxes.Bundles)
            _makers[new BoxSecret(bundle.Secret.Span)] = bundle.Maker;
        mailbox.Read(
        [
            .. boxes.Reads.Select(read => new ReadableBox(new BoxSecret(read.Secret.Span), WritableBox.PairPeriod) { Since = read.Since, IsWatched = true, Preferred = _preferred }),
            .. boxes.Links.Select(link => new ReadableBox(new BoxSecret(link.RequestSecret.Span), WritableBox.PairPeriod)
            {
                Price = link.Price, ReadSecret = new BoxSecret(link.ReadSecret.Span), Since = link.Since, IsWatched = true, Preferred = _preferred,
            }),
            .. _makers.Keys.Select(secret => new ReadableBox(secret, WritableBox.BundlePeriod) { IsStanding = true, IsWatched = true }),
        ]);
        foreach (var link in boxes.Links.Where(link => link.BundleDue is not null))
            _loop?.TryPost(new ActionItem(() => PutBundle(link)));
        Retry(MaxEarly);
    }

    /// <summary>Why nothing is left for somebody now, one sentence; null when nothing is known that speaks against it. On any thread.</summary>
    public string? WhyNot(AccountId peer)
    {
        if (!IsRunning)
            return "Nothing can be left for those who are away: the overlay does not run here.";
        if (!_canWrite.ContainsKey(peer))
            return "They have no box that is known here yet: you have to be connected once, or their link has to be found.";
        return _whyRefused;
    }

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline => Deadlines.Earlier(_clock.Wall(Deadlines.Earlier(_againAt, _takeAgainAt)), _bestEffort.NextDeadline);

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        PutAgain();
        TakeAgain();
        if (_againAt is not { } due || due > _clock.Now())
            return;
        _againAt = null;
        Update();
    }

    /// <inheritdoc/>
    public int Put(AccountId peer, ReadOnlySpan<DropParcel> parcels)
    {
        if (_mailbox is not { } mailbox || !_writes.TryGetValue(peer, out var box))
            return 0;
        var put = new Parcel[parcels.Length];
        for (var i = 0; i < put.Length; i++)
            put[i] = new Parcel(parcels[i].Id, parcels[i].Envelope);
        mailbox.Put(box, put);
        return put.Length;
    }

    /// <inheritdoc/>
    public void Withdraw(AccountId peer, MessageId id)
    {
        if (_writes.TryGetValue(peer, out var box))
            _mailbox?.Withdraw(box, [id]);
    }

    /// <summary>Leaves an envelope at best effort: a receipt, or what a session starts with. On the loop, after the commit.</summary>
    public void Leave(AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        if (_mailbox is not { } mailbox || !_writes.TryGetValue(peer, out var box))
            return;
        var id = NewId();
        _bestEffort.Add(id, peer, envelope);
        mailbox.Put(box, [new Parcel(id, envelope)]);
    }

    private void PutAgain()
    {
        // Under the same id: where some holders have it, the others get the same chunk.
        foreach (var (id, peer, envelope) in _bestEffort.TakeDue(Now))
        {
            if (_mailbox is not { } mailbox)
                _bestEffort.Refused(id, Now);
            else if (_writes.TryGetValue(peer, out var box))
                mailbox.Put(box, [new Parcel(id, envelope)]);
        }
    }

    private static MessageId NewId() => MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size));

    private void Write(DeliveryCore delivery, DropBoxes boxes)
    {
        var wanted = boxes.Writes.ToDictionary(
            write => write.Contact,
            write => new WritableBox(new BoxSecret(write.Secret.Span), WritableBox.PairPeriod) { Price = write.Price, ReadKeys = write.ReadKeys, Preferred = write.Preferred });
        foreach (var gone in _writes.Keys.Where(peer => !wanted.ContainsKey(peer)).ToList())
        {
            _writes.Remove(gone);
            _canWrite.TryRemove(gone, out _);
            delivery.DropsDown(gone);
            _bestEffort.Forget(gone);
        }

        _readers.Clear();
        foreach (var (peer, box) in wanted)
        {
            var isOther = !_writes.TryGetValue(peer, out var before) || !before.Secret.Equals(box.Secret);
            _writes[peer] = box;
            _canWrite[peer] = true;
            _readers[box.Secret] = peer;
            // Another box has nothing of what the one before has.
            if (isOther && before is not null)
                delivery.DropsMoved(peer, Now);
            delivery.DropsUp(peer);
        }
    }

    // Inside a transaction: the bundle takes keys out of the vault.
    private void PutBundle(LinkBoxes link)
    {
        if (_mailbox is not { } mailbox || link.BundleDue is not { } due)
            return;
        var box = new WritableBox(new BoxSecret(due.Span), WritableBox.BundlePeriod) { Ahead = BundlePeriods };
        if (_bundles.ContainsKey(box.Secret))
            return;
        var first = new BoxSchedule(new BoxSecret(link.RequestSecret.Span), WritableBox.PairPeriod).IndexAt(Now);
        var read = new BoxSecret(link.ReadSecret.Span);
        var keys = Enumerable.Range(0, StandingBundle.MaxReadKeys).Select(ahead => BoxKeys.ReadKeyOf(read, first + ahead)).ToList();
        if (_messenger.WriteStandingBundle(link.Link, first, keys) is not { } bundle)
            return;
        _effects.After(() =>
        {
            _bundles[box.Secret] = link.Link;
            mailbox.Put(box, [new Parcel(NewId(), bundle)]);
        });
    }
}
