using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>
/// Who offers room, and who of them is in charge of a box (docs/protocol/mailbox.md, "Who holds"): looks under the keys of the DHT, says HELLO to who is named there, and announces this node while it offers
/// room itself. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class HolderDirectory : IHolderFinder
{
    private readonly IDirectoryWorld _world;
    private readonly HolderBook _book;
    private readonly RegionCache _regions;
    private readonly RoomAnnouncer _announcer;
    private readonly List<HolderSearch> _searches = [];
    private readonly List<(HolderSearch Search, IReadOnlyList<Endpoint> Holders)> _ended = [];
    private readonly List<HolderConfirmation> _confirmations = [];
    private readonly HashSet<Endpoint> _greeted = []; // whose answer to HELLO is under way
    private HashSet<Endpoint> _own = [];
    private readonly IRandom _random;
    private long _roundAt;
    private int _depth;

    /// <summary>A directory that knows nobody; it looks nowhere before <see cref="Ready"/>.</summary>
    public HolderDirectory(IDirectoryWorld world, IRandom random)
    {
        (_world, _random) = (world, random);
        _book = new HolderBook(world);
        _regions = new RegionCache(world);
        _announcer = new RoomAnnouncer(world, _regions, random, IsSelf);
    }

    /// <summary>Whether all found under a key are greeted alike, for somebody who must not be seen: a HELLO then says nothing of where a box is but the key.</summary>
    public Func<bool> GreetsAll { get; init; } = static () => false;

    /// <summary>Whether we announce ourselves, and somebody took it.</summary>
    public bool IsAnnounced => _announcer.IsAnnounced;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            if (_ended.Count > 0)
                return 0;
            var next = _announcer.NextDeadline;
            if (GreetsAll())
                next = Math.Min(next, _roundAt);
            foreach (var search in _searches)
                next = Math.Min(next, search.Deadline);
            foreach (var confirmation in _confirmations)
                next = Math.Min(next, confirmation.Deadline);
            return next;
        }
    }

    /// <summary>Holders known to answer.</summary>
    public int CountServing(long now) => _book.Serving(now);

    /// <summary>Whether this is a holder that is known to answer, other than ourselves.</summary>
    public bool Serves(long now, Endpoint holder) => !IsSelf(holder) && _book.Find(holder)?.Serves(now) == true;

    /// <summary>All holders that are known to answer, other than ourselves.</summary>
    public IEnumerable<Endpoint> Serving(long now) => _book.All.Where(holder => holder.Serves(now) && !IsSelf(holder.Endpoint)).Select(holder => holder.Endpoint);

    /// <summary>The static key of a holder; null while it is not known.</summary>
    public X25519PublicKey? KeyOf(Endpoint holder) => _book.Find(holder)?.Key;

    /// <summary>A holder has another key than it had: it is asked anew.</summary>
    public void KeyFailed(long now, Endpoint holder)
    {
        if (_book.Find(holder) is not { } known)
            return;
        if (GreetsAll())
        {
            known.Doubt(now);
            return;
        }

        known.ForgetKey();
        Suggest(now, holder);
    }

    /// <summary>There is somebody to ask on the DHT, now or on this network for the first time: everything is looked for anew.</summary>
    public void Ready(long now)
    {
        _regions.Ready();
        _announcer.Restart(now);
        // So that somebody is known before the first box is asked for.
        _ = _regions.Get(now, 0, 0);
        Advance(now);
    }

    /// <summary>Sets whether we offer room, and where we are as others see us, best first; empty while that is not known.</summary>
    public void Offer(long now, bool offers, IReadOnlyList<Endpoint> own)
    {
        _own = [.. own];
        _announcer.Set(now, offers, own.Count > 0 ? own[0] : null);
        Advance(now);
    }

    /// <inheritdoc/>
    public bool IsSelf(Endpoint holder) => _own.Contains(holder);

    /// <inheritdoc/>
    public void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found)
    {
        if (_searches.Count >= DirectoryLimits.MaxSearches)
            End(now, _searches[0]);
        var search = new HolderSearch(now, address, count, _depth, found);
        _searches.Add(search);
        Advance(now, search);
    }

    /// <summary>
    /// Looks for a holder that somebody names, where it would have announced itself, unless it is known; a HELLO goes to it only if it stands there. Told once, never during this call, whether it is known to
    /// answer.
    /// </summary>
    public void Confirm(long now, Endpoint holder, Action<long, bool> found)
    {
        var confirmation = new HolderConfirmation(holder, now + DirectoryLimits.ConfirmPatience, found);
        _confirmations.Add(confirmation);
        Advance(now, confirmation);
    }

    /// <summary>A holder that the user or a contact has chosen: it is greeted at once, and known when it answers.</summary>
    public void Suggest(long now, Endpoint holder)
    {
        if (_book.Name(now, holder) is { } known && known.IsWorthGreeting(now) && !IsSelf(holder))
            Greet(now, known);
    }

    /// <summary>Somebody that we go to whatever it is about is greeted now, though it was silent.</summary>
    public void Retry(long now, Endpoint holder)
    {
        if (!IsSelf(holder) && _book.Name(now, holder) is { GreetedAt: 0 } known)
            Greet(now, known);
    }

    /// <summary>What a look has brought so far.</summary>
    public void Found(long now, NodeId key, IReadOnlyList<Endpoint> found, bool isFinished)
    {
        foreach (var one in found)
            _book.Name(now, one);
        _regions.Take(now, key, found, isFinished);
        if (isFinished && (_announcer.Offers || GreetsAll()))
            GreetAhead(now, found);
        _announcer.Advance(now);
        if (isFinished)
            Advance(now);
    }

    /// <summary>An announcement has come to its end, and so many nodes took it.</summary>
    public void Announced(long now, int stored) => _announcer.Announced(now, stored);

    /// <summary>A holder answered HELLO.</summary>
    /// <param name="now">The time.</param>
    /// <param name="holder">The holder.</param>
    /// <param name="offersRoom">Whether it offers room.</param>
    /// <param name="key">Its static key, proved by the session.</param>
    public void Greeted(long now, Endpoint holder, bool offersRoom, X25519PublicKey? key = null)
    {
        EndGreeting(holder);
        _book.Find(holder)?.Welcome(now, offersRoom, key);
        Advance(now);
    }

    /// <inheritdoc/>
    public void Failed(long now, Endpoint holder)
    {
        // Were a HELLO to follow a request that came to nothing, the holder could bring it about, and learn whose the box is.
        if (GreetsAll() && !_greeted.Contains(holder))
            _book.Find(holder)?.Doubt(now);
        else
            Forget(now, holder);
        Advance(now);
    }

    /// <summary>A holder answered a request: for somebody who says HELLO seldom that must do.</summary>
    public void Answered(Endpoint holder)
    {
        if (GreetsAll())
            _book.Find(holder)?.Trust();
    }

    private void Forget(long now, Endpoint holder)
    {
        EndGreeting(holder);
        _book.Find(holder)?.Fail(now);
    }

    // At times of our own, and some with whom nothing is wrong among them.
    private void GreetRound(long now)
    {
        if (!GreetsAll() || now < _roundAt)
            return;
        var isFirst = _roundAt == 0;
        _roundAt = now + DirectoryLimits.RoundPeriod;
        if (isFirst)
            return;
        var all = _book.All.Where(one => !IsSelf(one.Endpoint) && one.GreetedAt == 0 && one.WelcomedAt != 0).ToList();
        var others = all.Where(static one => !one.IsDoubted).OrderBy(_ => _random.NextUInt64()).Take(DirectoryLimits.RoundOthers);
        foreach (var one in all.Where(static one => one.IsDoubted).Concat(others).ToList())
            Greet(now, one);
    }

    /// <inheritdoc/>
    public void Distrust(long now, Endpoint holder) => _book.Find(holder)?.PassOver(now, DirectoryLimits.Distrust);

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        _announcer.Advance(now);
        GreetRound(now);
        foreach (var search in _searches.FindAll(one => one.Deadline <= now))
            Advance(now, search);
        // What is told may ask for more; that is told the next time.
        var ended = _ended.ToArray();
        _ended.Clear();
        foreach (var (search, holders) in ended)
            search.Found(now, holders);
        foreach (var confirmation in _confirmations.FindAll(one => one.Deadline <= now))
            Advance(now, confirmation);
        var confirmed = _confirmations.FindAll(one => one.IsOver);
        _confirmations.RemoveAll(confirmed.Contains);
        foreach (var (holder, _, found) in confirmed)
            found(now, Serves(now, holder));
    }

    private void Advance(long now)
    {
        foreach (var search in _searches.ToArray())
            Advance(now, search);
        foreach (var confirmation in _confirmations)
            Advance(now, confirmation);
    }

    private void Advance(long now, HolderConfirmation confirmation)
    {
        if (confirmation.IsOver)
            return;
        confirmation.Deadline = Math.Min(confirmation.End, now + DirectoryLimits.ConfirmPause);
        if (now >= confirmation.End || Serves(now, confirmation.Holder))
        {
            (confirmation.IsOver, confirmation.Deadline) = (true, 0); // told at the next tick
            return;
        }

        if (_book.Find(confirmation.Holder) is { } known && !IsSelf(confirmation.Holder))
        {
            if (known.IsWorthGreeting(now))
                Greet(now, known);
            return;
        }

        var place = RoomKey.PlaceOf(confirmation.Holder);
        _regions.Renew(now, place);
        for (var depth = _depth; depth <= RoomKey.MaxDepth; depth += DirectoryLimits.DepthStep)
        {
            if (_regions.Get(now, depth, RoomKey.PrefixAt(place, depth)) is not { IsKnown: true, Count: >= DirectoryLimits.Full })
                break;
        }
    }

    private void Advance(long now, HolderSearch search)
    {
        if (search.Candidates is null && !TrySettle(now, search))
            return;
        var chosen = new List<Endpoint>(search.Count);
        var waits = Choose(now, search, chosen);
        var isEnough = chosen.Count == search.Count && now >= search.GreetingEnd;
        if (waits == long.MaxValue || isEnough || now >= search.End)
            End(search, chosen);
        else
            search.Deadline = Math.Min(waits, chosen.Count == search.Count ? Math.Min(search.GreetingEnd, search.End) : search.End);
    }

    // The keys around the box have been looked under, or it takes too long.
    private bool TrySettle(long now, HolderSearch search)
    {
        Region region;
        do
        {
            region = _regions.Get(now, search.Depth, RoomKey.PrefixAt(search.Address, search.Depth));
            // Where few are known, those who came since the last look matter.
            var isFresh = region.IsKnown && (!region.IsLooking || region.Count >= DirectoryLimits.Sparse);
            var isEnough = isFresh || now >= search.End || (region.Count > 0 && now >= search.LookEnd);
            if (!isEnough)
            {
                search.Deadline = now < search.LookEnd ? search.LookEnd : search.End;
                return false;
            }
        }
        while (search.Visit(region));
        _depth = search.Depth;
        search.Settle(_book, now);
        return true;
    }

    // Fills in those that serve, nearest first; returns until when the answer of another is waited for, long.MaxValue when none is.
    private long Choose(long now, HolderSearch search, List<Endpoint> chosen)
    {
        var taken = new HashSet<AddressPrefix>();
        var waits = long.MaxValue;
        var pending = 0; // without those that somebody else is asked beside
        foreach (var holder in search.Candidates!)
        {
            if (chosen.Count + pending == search.Count)
                break;
            var isNear = _world.Networks.AreLifted(holder.Endpoint);
            if (holder.PassedOverUntil > now || (!isNear && taken.Contains(holder.Prefix)))
                continue;
            if (IsSelf(holder.Endpoint))
            {
                if (!_announcer.Offers)
                    continue;
                chosen.Add(holder.Endpoint);
            }
            else if (TryWait(now, holder, out var until))
            {
                var doubt = until - DirectoryLimits.GreetingPatience + DirectoryLimits.GreetingDoubt;
                pending += now < doubt ? 1 : 0;
                waits = Math.Min(waits, now < doubt ? doubt : until);
            }
            else if (holder.Serves(now))
            {
                chosen.Add(holder.Endpoint);
            }
            else
            {
                continue;
            }

            taken.Add(holder.Prefix);
        }

        return waits;
    }

    // Greets whom it must; true while the answer is worth waiting for.
    private bool TryWait(long now, KnownHolder holder, out long until)
    {
        if (holder.IsWorthGreeting(now))
            Greet(now, holder);
        until = holder.GreetedAt + DirectoryLimits.GreetingPatience;
        if (holder.Serves(now))
            return false;
        if (holder.GreetedAt == 0)
            until = now + DirectoryLimits.GreetingPatience; // too many at once: its turn comes
        return until > now;
    }

    // Others have requests passed on by whoever offers room, and do not wait for it to get to know them then; in no order that tells of a box.
    private void GreetAhead(long now, IReadOnlyList<Endpoint> found)
    {
        foreach (var one in found)
        {
            if (_book.Find(one) is { } known && known.IsWorthGreeting(now) && !IsSelf(one))
                Greet(now, known);
        }
    }

    private void Greet(long now, KnownHolder holder)
    {
        if (_greeted.Count >= DirectoryLimits.MaxGreetings || !_greeted.Add(holder.Endpoint))
            return;
        holder.GreetedAt = now;
        _world.Greet(holder.Endpoint);
    }

    private void EndGreeting(Endpoint endpoint)
    {
        if (_greeted.Remove(endpoint) && _book.Find(endpoint) is { } holder)
            holder.GreetedAt = 0;
    }

    private void End(long now, HolderSearch search)
    {
        search.Settle(_book, now);
        var chosen = new List<Endpoint>(search.Count);
        Choose(now, search, chosen);
        End(search, chosen);
    }

    private void End(HolderSearch search, IReadOnlyList<Endpoint> holders)
    {
        if (_searches.Remove(search))
            _ended.Add((search, holders));
    }
}
