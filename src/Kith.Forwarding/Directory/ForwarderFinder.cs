using Kith.Crypto;
using Kith.Forwarding.Service;
using Kith.Wire;

namespace Kith.Forwarding.Directory;

/// <summary>
/// Fills the book of forwarders (docs/protocol/paths.md, "Finding forwarders"): looks under the keys of the epoch on the DHT, asks who stands there and some of those it knows for a random sample, several neighbours in
/// distinct prefixes, and announces this node while it forwards. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class ForwarderFinder(IFinderWorld world, ForwarderBook book, IRandom random)
{
    private readonly Dictionary<Endpoint, long> _candidates = []; // when each may be asked
    private readonly Dictionary<Endpoint, long> _asking = []; // until when the answer is waited for
    private readonly HashSet<Endpoint> _neighbours = [];
    private ForwarderDescriptor? _own;
    private bool _isReady;
    private long _lookAt = long.MaxValue;
    private long _lookPause = DirectoryLimits.FirstLook;
    private long _announceAt = long.MaxValue;
    private long _announcePause = DirectoryLimits.FirstAnnouncement;
    private int _knownBefore;
    private int _announcedEpoch;
    private int _vain; // looks in a row while nobody was known
    private int _fruitless; // answers in a row that named nobody new

    /// <summary>Whether somebody keeps our announcement.</summary>
    public bool IsAnnounced { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            var next = Math.Min(_lookAt, _announceAt);
            foreach (var until in _asking.Values)
                next = Math.Min(next, until);
            return next;
        }
    }

    /// <summary>There is somebody to ask on the DHT, now or on this network for the first time.</summary>
    public void Ready(long now)
    {
        _isReady = true;
        _lookPause = DirectoryLimits.FirstLook;
        _lookAt = now;
        Restart(now);
    }

    /// <summary>Our own descriptor while we forward, else null; a renewed one need not be announced anew.</summary>
    public void SetOwn(long now, ForwarderDescriptor? own)
    {
        var isSame = own is not null && _own is not null;
        _own = own;
        if (!isSame)
            Restart(now);
    }

    /// <summary>
    /// A node of the overlay, which may be a person's like ours: asked only when the DHT names nobody for some looks. Else people's nodes would hold sessions with each other, and whoever watches could not tell those from a
    /// conversation, nor we say that there was none.
    /// </summary>
    public void Neighbour(long now, Endpoint node)
    {
        if (_neighbours.Count < DirectoryLimits.MaxNeighbours)
            _neighbours.Add(node);
        if (_vain < DirectoryLimits.VainLooks)
            return;
        Name(now, node);
        AskSome(now);
    }

    /// <summary>What stands under a key of the DHT.</summary>
    public void Found(long now, IReadOnlyList<Endpoint> found)
    {
        foreach (var one in found)
            Name(now, one);
        AskSome(now);
    }

    /// <summary>An announcement has come to its end, and so many nodes took it.</summary>
    public void Announced(long now, int stored)
    {
        if (stored > 0)
            (IsAnnounced, _announcePause) = (true, DirectoryLimits.FirstAnnouncement);
        else if (_own is not null)
        {
            _announceAt = Math.Min(_announceAt, now + _announcePause);
            _announcePause = Math.Min(_announcePause * 2, DirectoryLimits.AnnouncementPeriod);
        }
    }

    /// <summary>A neighbour answered LIST.</summary>
    /// <param name="now">The time.</param>
    /// <param name="neighbour">Where it is.</param>
    /// <param name="key">The key that its session proved.</param>
    /// <param name="listed">Its answer.</param>
    public void Listed(long now, Endpoint neighbour, X25519PublicKey key, ListedFrame listed)
    {
        _asking.Remove(neighbour);
        book.Called(isSilent: false, one => one.Endpoints.Contains(neighbour));
        var teller = book.GroupOf(neighbour);
        var before = book.Count;
        for (var i = 0; i < listed.Descriptors.Count; i++)
        {
            var one = listed.Descriptors[i];
            // Of itself too: else anybody could aim us at a service of this machine or of the house.
            if (!one.Endpoints.All(named => world.Networks.MayFollow(neighbour, named)))
                continue;
            if (i == 0 && listed.IsFirstOwn)
                book.Add(now, one, one.Key == key ? ForwarderBook.Itself : teller);
            else if (book.Add(now, one, teller) && one.Endpoints.Count > 0 && !IsWide(now))
                Name(now, one.Endpoints[0]);
        }

        _fruitless = book.Count > before ? 0 : _fruitless + 1;
        _candidates[neighbour] = now + AskPause(now);
        AskSome(now);
    }

    /// <summary>A neighbour did not answer LIST.</summary>
    public void Failed(long now, Endpoint neighbour)
    {
        if (_asking.Remove(neighbour))
        {
            _candidates[neighbour] = now + DirectoryLimits.AskFailed;
            book.Called(isSilent: true, one => one.Endpoints.Contains(neighbour));
        }

        AskSome(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        foreach (var (late, _) in _asking.Where(one => one.Value <= now).ToList())
            Failed(now, late);
        if (_announceAt <= now || (_isReady && _own is not null && _announcedEpoch != book.EpochAt(now + DirectoryLimits.AnnouncementPeriod)))
            Announce(now);
        if (_lookAt <= now)
            Look(now);
    }

    // A network that has no more forwarders than we know never fills a view: whoever went on asking would ask everybody all the time.
    private long AskPause(long now) =>
        IsWide(now) ? DirectoryLimits.AskAgain
        : _fruitless < DirectoryLimits.WideTellers ? Math.Min(_lookPause, DirectoryLimits.AskSoon)
        : Math.Min(DirectoryLimits.AskAgain, DirectoryLimits.AskSoon << Math.Min(_fruitless / DirectoryLimits.WideTellers, DirectoryLimits.MaxAskDoublings));

    private bool IsWide(long now) => book.View(now).Count >= DirectoryLimits.View && book.CountTellers(now) >= DirectoryLimits.WideTellers;

    private void Restart(long now)
    {
        IsAnnounced = false;
        _announcePause = DirectoryLimits.FirstAnnouncement;
        _announceAt = _own is not null && _isReady ? now : long.MaxValue;
    }

    private void Announce(long now)
    {
        _announceAt = long.MaxValue;
        if (_own is null || !_isReady)
            return;
        _announceAt = now + (DirectoryLimits.AnnouncementPeriod * (75 + random.NextInt32(26)) / 100);
        // Near an epoch's end it stands under both, so that nobody whose clock is a little off finds nobody.
        _announcedEpoch = book.EpochAt(now + DirectoryLimits.AnnouncementPeriod);
        for (var epoch = book.EpochAt(now); epoch <= _announcedEpoch; epoch++)
            world.Announce(ForwarderSlot.Key(epoch, ForwarderSlot.Of(_own.Key, epoch)));
    }

    private void Look(long now)
    {
        var isWide = IsWide(now);
        if (book.Count > _knownBefore && !isWide)
            _lookPause = DirectoryLimits.FirstLook;
        _knownBefore = book.Count;
        _lookAt = now + (isWide ? DirectoryLimits.LastLook : _lookPause);
        _lookPause = Math.Min(_lookPause * 2, book.Count < DirectoryLimits.Few ? DirectoryLimits.FewLook : DirectoryLimits.LastLook);
        if (_isReady)
        {
            var first = random.NextInt32(DirectoryLimits.Slots);
            for (var i = 0; i < (isWide ? 1 : DirectoryLimits.SlotsAtOnce); i++)
                world.Look(ForwarderSlot.Key(book.EpochAt(now), (first + i) % DirectoryLimits.Slots));
        }

        _vain = book.Count > 0 || !_isReady ? 0 : _vain + 1;
        if (_vain == DirectoryLimits.VainLooks)
        {
            foreach (var neighbour in _neighbours)
                Name(now, neighbour);
        }

        // Those that we know, too: they know who came since, and renew what they said of themselves.
        foreach (var known in book.Sample(now, DirectoryLimits.MaxAsking, random))
        {
            if (known.Endpoints.Count > 0)
                Name(now, known.Endpoints[0]);
        }

        AskSome(now);
    }

    private void Name(long now, Endpoint node)
    {
        if (!world.Networks.MayContact(node) || _own?.Endpoints.Contains(node) == true || _candidates.ContainsKey(node))
            return;
        if (_candidates.Count >= DirectoryLimits.MaxCandidates)
        {
            var waiting = _candidates.Keys.Where(one => !_asking.ContainsKey(one)).ToArray();
            if (waiting.Length == 0)
                return;
            _candidates.Remove(waiting[random.NextInt32(waiting.Length)]);
        }

        _candidates.Add(node, now);
    }

    // Several at once, no two of one prefix.
    private void AskSome(long now)
    {
        if (_asking.Count >= DirectoryLimits.MaxAsking)
            return;
        var groups = _asking.Keys.Select(book.GroupOf).ToHashSet();
        var due = _candidates.Where(one => one.Value <= now && !_asking.ContainsKey(one.Key)).Select(static one => one.Key).ToArray();
        for (var i = 0; i < due.Length && _asking.Count < DirectoryLimits.MaxAsking; i++)
        {
            var other = i + random.NextInt32(due.Length - i);
            (due[i], due[other]) = (due[other], due[i]);
            if (!groups.Add(book.GroupOf(due[i])))
                continue;
            _asking.Add(due[i], now + DirectoryLimits.AskPatience);
            world.Ask(due[i]);
        }
    }
}
