using Kith.Crypto;
using Kith.Forwarding.Service;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Forwarding.Directory;

/// <summary>
/// Fills the book of forwarders for somebody who calls onion addresses alone (docs/protocol/paths.md, "Through Tor alone"): asks the entry points that the user named, then some of those they named. An onion service costs nothing
/// and has no prefix, so everything that came to be known through one entry point counts as that entry point's word, however many services said it. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class OnionFinder(IOnionFinderWorld world, ForwarderBook book, IRandom random)
{
    private readonly Dictionary<OnionPoint, Neighbour> _neighbours = [];

    /// <summary>
    /// The networks that addresses in descriptors are judged by: the internet, but where every entry point is on a private network or on loopback, that one. Nothing is ever sent there from here: forwarders do.
    /// </summary>
    public OwnNetworks Networks { get; private set; } = OwnNetworks.Unknown;

    /// <summary>The entry points and what became of them.</summary>
    public IReadOnlyList<OnionEntry> Entries => [.. _neighbours.Where(static one => one.Value.IsEntry).Select(static one => new OnionEntry(one.Key, one.Value.State, one.Value.Problem, one.Value.Elapsed))];

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            var next = long.MaxValue;
            var asking = 0;
            foreach (var one in _neighbours.Values)
            {
                if (one.AskedUntil is { } until)
                    (next, asking) = (Math.Min(next, until), asking + 1);
            }

            if (asking >= OnionLimits.MaxAsking)
                return next;
            foreach (var one in _neighbours.Values)
            {
                if (one.AskedUntil is null && MayAsk(one))
                    next = Math.Min(next, one.AskAt);
            }

            return next;
        }
    }

    /// <summary>Sets the entry points; what others named is forgotten with those that are gone.</summary>
    public void SetEntries(long now, IReadOnlyList<OnionPoint> entries)
    {
        var wanted = entries.Distinct().Take(OnionLimits.MaxEntries).ToHashSet();
        var sponsors = wanted.Select(ForwarderBook.GroupOf).ToHashSet();
        book.Sponsors = sponsors;
        foreach (var gone in _neighbours.Where(one => !sponsors.Contains(one.Value.Sponsor)).Select(static one => one.Key).ToList())
            _neighbours.Remove(gone);
        foreach (var entry in wanted)
        {
            if (!_neighbours.TryGetValue(entry, out var known) || !known.IsEntry)
                _neighbours[entry] = new Neighbour(ForwarderBook.GroupOf(entry), isEntry: true) { AskAt = now };
        }

        AskSome(now);
    }

    /// <summary>A node answered LIST.</summary>
    /// <param name="now">The time.</param>
    /// <param name="neighbour">Where it is.</param>
    /// <param name="key">The key that its session proved.</param>
    /// <param name="listed">Its answer.</param>
    public void Listed(long now, OnionPoint neighbour, X25519PublicKey key, ListedFrame listed)
    {
        if (!_neighbours.TryGetValue(neighbour, out var one) || one.AskedUntil is null)
            return;
        if (one.Key is { } expected && expected != key)
        {
            // Whoever named this service named another's, or one that moves: nothing is said of whose it is.
            NotHeard(now, neighbour, one, "another node answered");
            AskSome(now);
            return;
        }

        one.Answered(now, book.Count < DirectoryLimits.Few);
        book.Called(isSilent: false, known => known.Onion == neighbour);
        var own = listed.IsFirstOwn && listed.Descriptors[0].Key == key ? listed.Descriptors[0] : null;
        if (one.IsEntry && own is { Endpoints: [var place, ..] })
        {
            one.Place = place;
            Networks = Judge();
        }

        foreach (var named in listed.Descriptors)
        {
            if (!named.Endpoints.All(at => MayFollow(own, at)))
                continue;
            // Of itself too it is the entry point's word: whoever has one onion service has a thousand.
            if (book.Add(now, named, one.Sponsor) && named.Onion is { } onion)
                Name(now, onion, named.Key, one.Sponsor);
        }

        AskSome(now);
    }

    /// <summary>A node did not answer LIST.</summary>
    /// <param name="now">The time.</param>
    /// <param name="neighbour">Where it is.</param>
    /// <param name="problem">Why, in a few words.</param>
    public void Failed(long now, OnionPoint neighbour, string problem)
    {
        if (!_neighbours.TryGetValue(neighbour, out var one) || one.AskedUntil is null)
            return;
        book.Called(isSilent: true, known => known.Onion == neighbour);
        NotHeard(now, neighbour, one, problem);
        AskSome(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        foreach (var late in _neighbours.Where(one => one.Value.AskedUntil <= now).Select(static one => one.Key).ToList())
            Failed(now, late, "it did not answer in time");
        AskSome(now);
    }

    // An address that is not of the internet is followed only from a node that is on that very network.
    private bool MayFollow(ForwarderDescriptor? by, Endpoint named) =>
        by is { Endpoints: [var at, ..] } ? Networks.MayFollow(at, named) : Networks.MayContact(named) && AddressScope.KindOf(named) is AddressKind.Global or AddressKind.Documentation;

    private OwnNetworks Judge()
    {
        Endpoint[] places = [.. _neighbours.Values.Select(static one => one.Place).OfType<Endpoint>()];
        return Array.Exists(places, static one => AddressScope.KindOf(one) is AddressKind.Global or AddressKind.Documentation) ? OwnNetworks.Unknown : new OwnNetworks(places);
    }

    private void NotHeard(long now, OnionPoint neighbour, Neighbour one, string problem)
    {
        one.Failed(now, problem);
        if (!one.IsEntry && one.Failures >= OnionLimits.Patience)
            _neighbours.Remove(neighbour);
    }

    // Each entry point has its share of those that are asked: one that names many must not keep those of another out.
    private void Name(long now, OnionPoint onion, X25519PublicKey key, ulong sponsor)
    {
        var entries = Math.Max(1, _neighbours.Values.Count(static one => one.IsEntry));
        var share = (OnionLimits.MaxNeighbours - entries) / entries;
        if (!_neighbours.ContainsKey(onion) && _neighbours.Values.Count(one => !one.IsEntry && one.Sponsor == sponsor) < share)
            _neighbours.Add(onion, new Neighbour(sponsor, isEntry: false) { AskAt = now, Key = key });
    }

    // Of those that others named one of each entry point at a time, and never so many that no entry point could be asked: whoever names services that never answer would else hold every turn for minutes.
    private bool MayAsk(Neighbour one)
    {
        var asked = _neighbours.Values.Where(static other => other.AskedUntil is not null).ToList();
        if (asked.Count >= OnionLimits.MaxAsking || one.IsEntry)
            return asked.Count < OnionLimits.MaxAsking;
        return asked.Count(static other => !other.IsEntry) < OnionLimits.MaxAsking - 1 && !asked.Exists(other => !other.IsEntry && other.Sponsor == one.Sponsor);
    }

    // Entry points first: nothing is known without them.
    private void AskSome(long now)
    {
        var due = _neighbours.Where(one => one.Value.AskedUntil is null && one.Value.AskAt <= now).Select(one => (one.Key, one.Value, Order: (one.Value.IsEntry ? 0L : 1L << 32) + random.NextUInt32())).OrderBy(static one => one.Order).ToList();
        foreach (var (place, one, _) in due)
        {
            if (!MayAsk(one))
                continue;
            one.Asked(now);
            world.Ask(place);
        }
    }

    private sealed class Neighbour(ulong sponsor, bool isEntry)
    {
        private long _askedAt;
        private long _pause = OnionLimits.FirstPause;

        public ulong Sponsor { get; } = sponsor;

        public bool IsEntry { get; } = isEntry;

        /// <summary>Whom the descriptor that named it is of; null of an entry point.</summary>
        public X25519PublicKey? Key { get; init; }

        public Endpoint? Place { get; set; }

        public long AskAt { get; set; }

        public long? AskedUntil { get; private set; }

        public int Failures { get; private set; }

        public OnionEntryState State { get; private set; }

        public string? Problem { get; private set; }

        public long? Elapsed { get; private set; }

        public void Asked(long now) => (_askedAt, AskedUntil, State) = (now, now + OnionLimits.AskPatience, OnionEntryState.Asked);

        public void Answered(long now, bool areFew)
        {
            _pause = areFew ? _pause : OnionLimits.LastPause;
            (AskedUntil, Failures, State, Problem, Elapsed) = (null, 0, OnionEntryState.Answered, null, now - _askedAt);
            AskAt = now + _pause;
            _pause = Math.Min(_pause * 2, OnionLimits.LastPause);
        }

        public void Failed(long now, string problem)
        {
            (AskedUntil, Failures, State, Problem) = (null, Failures + 1, OnionEntryState.Failed, problem);
            AskAt = now + Math.Min(OnionLimits.FirstRetry << Math.Min(Failures - 1, 8), OnionLimits.LastRetry);
        }
    }
}
