using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Host;
using Kith.Overlay.Knock;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay;

/// <content>Being found, and finding.</content>
internal sealed partial class OverlayCore : IMutableItems
{
    /// <summary>Searches that wait for the first node; the oldest of more ends with nothing.</summary>
    public const int MaxHeld = RendezvousLimits.MaxSearches;

    /// <summary>How long a search waits for the first node, milliseconds.</summary>
    public const long MaxHold = 10_000;

    /// <summary>Between two times that everything is put again at once.</summary>
    private const long RenewPause = 60_000;

    private readonly List<HeldFind> _held = [];
    private long _renewedAt = long.MinValue;

    /// <summary>Records on the DHT.</summary>
    public RendezvousCore Rendezvous { get; }

    /// <summary>Knocks, ours and others'.</summary>
    public KnockCore Knocks { get; }

    /// <summary>Knocks at a contact's with what is published for them; nothing where nothing is.</summary>
    public void Knock(long now, FindSecret secret)
    {
        Enter(now);
        if (Rendezvous.Published(secret) is { } publication)
            Knocks.Knock(now, publication);
    }

    /// <summary>Sets what is published.</summary>
    public void Publish(long now, IReadOnlyList<Publication> publications)
    {
        Enter(now);
        Rendezvous.Publish(now, publications);
    }

    /// <summary>Looks for a contact, as soon as there is anybody to ask.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="secret">The one that the contact publishes under for us.</param>
    /// <param name="maker">Who must have signed.</param>
    /// <param name="progress">Called as <see cref="RendezvousCore.Find"/> says.</param>
    /// <param name="isThorough">As there.</param>
    public HeldFind Find(long now, FindSecret secret, Ed25519PublicKey maker, Action<SearchProgress> progress, bool isThorough = false)
    {
        Enter(now);
        var find = new HeldFind(secret, maker, progress, now + MaxHold) { IsThorough = isThorough };
        if (HasNodes)
        {
            find.Search = Rendezvous.Find(now, secret, maker, progress, isThorough);
            return find;
        }

        if (_held.Count == MaxHeld)
            _held[0].Deadline = now;
        _held.Add(find);
        return find;
    }

    /// <summary>Ends a search without another report.</summary>
    public void Cancel(HeldFind find)
    {
        _held.Remove(find);
        if (find.Search is { } search)
            Rendezvous.Cancel(search);
    }

    // What is told to the DHT is told now, whenever the search began.
    DhtLookup IMutableItems.Get(long now, DhtTarget target, Action<GetProgress> progress) => Dht.Get(_now, target, progress);

    DhtLookup IMutableItems.Put(long now, DhtItem item, Action<PutResult> done) => Dht.Put(_now, item, null, done);

    void IMutableItems.Cancel(DhtLookup lookup) => Dht.Cancel(lookup);

    private void FirstNodesCame()
    {
        Renew();
        foreach (var find in _held)
            find.Search = Rendezvous.Find(_now, find.Secret, find.Maker, find.Progress, find.IsThorough);
        _held.Clear();
    }

    private void Renew()
    {
        if (_renewedAt != long.MinValue && _now - _renewedAt < RenewPause)
            return;
        _renewedAt = _now;
        Rendezvous.Renew(_now);
    }

    private void EndHeld()
    {
        if (_held.Count == 0)
            return;
        foreach (var find in _held.FindAll(find => find.Deadline <= _now))
        {
            _held.Remove(find);
            find.Progress(new SearchProgress(null, IsFinished: true, 0, 0, 0));
        }
    }
}
