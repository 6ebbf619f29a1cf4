using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging.Drops;
using Kith.Wire;

namespace Kith.Messaging.Tests.World;

/// <summary>A person's node that reaches nobody but holders: what the node does between messenger, delivery and mailbox.</summary>
internal sealed class DropNode(Person person, Holders holders) : IDropRoute
{
    private const int MaxRounds = 100;
    private const long Day = 24L * 60 * 60 * 1000;

    private static readonly PeerOrigin FromDrop = new(RouteKind.Drop, default, default);

    private readonly HashSet<Holders.Kept> _told = [];
    private readonly List<(AccountId Peer, MessageId Id)> _stored = [];
    private readonly List<(AccountId Peer, MessageId Id)> _refused = [];
    private DropBoxes _boxes = new([], [], [], []);
    private DeliveryCore? _delivery;
    private HashSet<AccountId> _up = [];

    public Person Person => person;

    /// <summary>Envelopes of the last time that were told to come again later.</summary>
    public int Later { get; private set; }

    /// <summary>Goes online, does all that there is to do for some seconds, and goes.</summary>
    public void Visit(bool restart = true)
    {
        if (restart)
            person.Crash();
        _told.Clear();
        _up = [];
        _stored.Clear();
        _refused.Clear();
        _delivery = person.Effects.Delivery = new DeliveryCore(person.Outbox, [], new RoutePolicy(), this);
        Run();
        for (var second = 0; second < 6; second++)
        {
            person.Clock.Advance(TimeSpan.FromSeconds(1));
            Run();
        }

        person.Effects.Delivery = null;
        person.Effects.Once.Clear();
    }

    public int Put(AccountId peer, ReadOnlySpan<DropParcel> parcels)
    {
        var box = _boxes.Writes.Single(one => one.Contact == peer);
        foreach (var parcel in parcels)
        {
            (holders.Works ? _stored : _refused).Add((peer, parcel.Id));
            if (holders.Works)
                Keep(box, parcel.Envelope.ToArray());
        }

        return parcels.Length;
    }

    public void Withdraw(AccountId peer, MessageId id)
    {
        _stored.RemoveAll(one => one.Id == id);
        _refused.RemoveAll(one => one.Id == id);
    }

    private void Run()
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            if (!(Read() | ReadBundles() | PutBundles() | Write() | SendOnce() | Tick()))
                return;
        }

        Assert.Fail("the node does not come to rest");
    }

    private bool Tick()
    {
        if (person.Messenger.NextDeadline > person.Clock.Now)
            return false;
        person.Batch(messenger => messenger.Tick());
        return true;
    }

    private bool Read()
    {
        _boxes = person.Messenger.Boxes();
        var any = false;
        foreach (var box in _boxes.Reads)
            any |= Read(box.Secret, box.Since);
        foreach (var link in _boxes.Links)
            any |= Read(link.RequestSecret, link.Since);
        return any;
    }

    private bool Read(ReadOnlyMemory<byte> secret, long since)
    {
        var now = person.Clock.Now;
        var kept = holders.Read(secret, since, now).Where(one => !_told.Contains(one)).ToList();
        Later = 0;
        var done = new List<Holders.Kept>();
        person.Batch(messenger =>
        {
            foreach (var one in kept)
            {
                if (messenger.ReceiveEnvelope(FromDrop, one.Envelope) == Reception.Done)
                    done.Add(one);
                else
                    Later++;
            }

            if (kept.Count == done.Count)
                messenger.BoxRead(secret, now);
        });
        foreach (var one in done)
        {
            _told.Add(one);
            holders.Delete(secret, one);
        }

        return done.Count > 0;
    }

    private bool ReadBundles()
    {
        var any = false;
        foreach (var box in person.Messenger.Boxes().Bundles)
        {
            foreach (var kept in holders.Read(box.Secret, person.Clock.Now - (21 * Day), person.Clock.Now).Where(_told.Add))
            {
                any = true;
                person.Batch(messenger => messenger.ReceiveStandingBundle(box.Maker, kept.Envelope));
            }
        }

        return any;
    }

    private bool PutBundles()
    {
        var any = false;
        foreach (var link in person.Messenger.Boxes().Links)
        {
            if (link.BundleDue is not { } secret)
                continue;
            any = true;
            var period = person.Clock.Now / Day;
            var keys = Enumerable.Range(0, 31).Select(i => ReadKey(link.ReadSecret, period + i)).ToList();
            var bundle = person.Batch(messenger => messenger.WriteStandingBundle(link.Link, period, keys));
            holders.Put(secret, bundle!, person.Clock.Now);
            person.Batch(messenger => messenger.StandingBundleStored(link.Link));
        }

        return any;
    }

    private bool Write()
    {
        _boxes = person.Messenger.Boxes();
        var up = _boxes.Writes.Select(box => box.Contact).ToHashSet();
        foreach (var peer in up.Except(_up))
            _delivery!.DropsUp(peer);
        foreach (var peer in _up.Except(up))
            _delivery!.DropsDown(peer);
        _up = up;
        _delivery!.Pump(person.Clock.Now);
        return Tell(_stored, (messenger, peer, ids) => messenger.Stored(peer, ids), (peer, ids) => _delivery.Stored(peer, ids, person.Clock.Now))
            | Tell(_refused, (_, _, _) => { }, (peer, ids) => _delivery.Refused(peer, ids, person.Clock.Now));
    }

    private bool Tell(
        List<(AccountId Peer, MessageId Id)> ended, Action<Messenger, AccountId, IReadOnlyList<MessageId>> within, Action<AccountId, IReadOnlyList<MessageId>> after)
    {
        var groups = ended.ToLookup(one => one.Peer, one => one.Id);
        ended.Clear();
        foreach (var group in groups)
        {
            person.Batch(messenger => within(messenger, group.Key, [.. group]));
            after(group.Key, [.. group]);
        }

        return groups.Count > 0;
    }

    private bool SendOnce()
    {
        var once = person.Effects.Once.ToArray();
        person.Effects.Once.Clear();
        foreach (var (peer, envelope, byDrop) in once)
        {
            if (byDrop && _boxes.Writes.FirstOrDefault(box => box.Contact == peer) is { } box)
                Keep(box, envelope);
        }

        return once.Length > 0;
    }

    private void Keep(ContactWriteBox box, byte[] envelope)
    {
        // Where both keys do not come from the secret, a period without a read key cannot be written into.
        if (box.ReadKeys is { } keys && !keys.ContainsKey(person.Clock.Now / Day))
            return;
        holders.Put(box.Secret, envelope, person.Clock.Now);
    }

    private static Ed25519PublicKey ReadKey(ReadOnlyMemory<byte> secret, long period)
    {
        Assert.True(Ed25519PublicKey.TryParse(System.Security.Cryptography.SHA256.HashData([.. secret.Span, .. BitConverter.GetBytes(period)]), out var key));
        return key;
    }
}
