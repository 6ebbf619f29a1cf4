using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Wire;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Asking;

/// <summary>
/// Who holds a box, for somebody who cannot look themselves (docs/protocol/mailbox.md, "Asking who holds"): asks several of those who pass on, of a part of the network alone, and believes what two of them say. Sans-IO,
/// for one thread at a time; times are unix milliseconds.
/// </summary>
internal sealed class Hearsay(IHearsayWorld world)
{
    private const long Look = 500;

    private readonly Dictionary<FindRequest, HeardPart> _parts = [];
    private readonly Dictionary<Endpoint, Heard> _holders = [];
    private readonly List<Search> _searches = [];
    private int _depth;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Holders that are believed in, and not passed over.</summary>
    public int Count(long now) => _holders.Values.Count(one => one.PassedOverUntil <= now);

    /// <summary>The static key of a holder; null where nobody named it.</summary>
    public X25519PublicKey? KeyOf(Endpoint holder) => _holders.GetValueOrDefault(holder)?.Key;

    /// <summary>Looks for the holders of a box, the nearest first; told once, never during this call.</summary>
    public void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found)
    {
        if (_searches.Count >= DirectoryLimits.MaxSearches)
            _searches[0].End = now;
        _searches.Add(new Search(address, count, _depth, now, found));
        NextDeadline = now;
    }

    /// <summary>A holder did not answer: it is passed over for a while that grows.</summary>
    public void Failed(long now, Endpoint holder)
    {
        if (_holders.GetValueOrDefault(holder) is not { } known || known.PassedOverUntil > now)
            return;
        known.Silence = known.Silence == 0 ? DirectoryLimits.FirstSilence : Math.Min(known.Silence * 2, DirectoryLimits.LastSilence);
        known.PassedOverUntil = now + known.Silence;
    }

    /// <summary>A holder lied.</summary>
    public void Distrust(long now, Endpoint holder)
    {
        if (_holders.GetValueOrDefault(holder) is { } known)
            known.PassedOverUntil = now + DirectoryLimits.Distrust;
    }

    /// <summary>A holder has another key than was said: all is asked anew.</summary>
    public void KeyFailed(long now, Endpoint holder)
    {
        if (!_holders.ContainsKey(holder))
            return;
        foreach (var part in _parts.Values.Where(part => part.Agreed.Any(one => one.At == holder) && now - part.AskedAt >= FindLimits.FirstPause))
            part.Expire();
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        foreach (var part in _parts.Values)
        {
            if (part.Check(now))
                Learn(now, part);
        }

        var ended = new List<(Search Search, IReadOnlyList<Endpoint> Holders)>();
        foreach (var search in _searches)
        {
            if (TrySettle(now, search) || now >= search.End)
                ended.Add((search, Choose(now, search)));
        }

        _searches.RemoveAll(search => ended.Exists(one => one.Search == search));
        NextDeadline = _searches.Count == 0 ? long.MaxValue : now + Look;
        foreach (var (search, holders) in ended)
            search.Found(now, holders);
    }

    // Goes deeper while there are too many for one answer; true when the last part is known.
    private bool TrySettle(long now, Search search)
    {
        while (true)
        {
            var part = PartOf(now, new FindRequest(search.Depth, RoomKey.PrefixAt(search.Address, search.Depth)));
            search.Parts.Add(part);
            if (!part.IsKnown || (part.Asked.Count > 0 && part.Agreed.Count < MailboxLimits.Asked))
                return false;
            // Those who were asked may have come just now, and know few themselves.
            if (part.Agreed.Count < MailboxLimits.Enough && now < search.FewEnd)
                return false;
            var inside = part.Agreed.Count(one => RoomKey.PrefixAt(RoomKey.PlaceOf(one.At), search.Depth) == part.Request.Prefix);
            if (inside >= FindLimits.Crowded && search.Depth + DirectoryLimits.DepthStep <= RoomKey.MaxDepth && !search.WentUp)
            {
                search.Depth += DirectoryLimits.DepthStep;
                search.WentDeeper = true;
            }
            else if (part.Agreed.Count < MailboxLimits.Asked && search.Depth > 0 && !search.WentDeeper)
            {
                search.Depth -= DirectoryLimits.DepthStep;
                search.WentUp = true;
            }
            else
            {
                _depth = search.Depth;
                return true;
            }
        }
    }

    private HeardPart PartOf(long now, FindRequest request)
    {
        if (!_parts.TryGetValue(request, out var part))
        {
            if (_parts.Count >= FindLimits.Parts)
                _parts.Remove(_parts.MinBy(static one => one.Value.UsedAt).Key);
            _parts[request] = part = new HeardPart(request);
        }

        part.UsedAt = now;
        if (part.Asked.Count == 0 && now >= part.NextAt && world.Passers(now) is { Count: > 0 } passers)
            Ask(now, part, [.. passers.Take(FindLimits.Asked)]);
        return part;
    }

    private void Ask(long now, HeardPart part, IReadOnlyList<Endpoint> passers)
    {
        part.Begin(now, passers, world.Known);
        var turn = part.Turn;
        foreach (var passer in passers)
        {
            world.Ask(passer, part.Request, (later, answer, key) =>
            {
                if (part.Turn != turn)
                    return;
                part.Take(later, passer, key, answer is { Code: DropCode.Done } ? answer.Holders : null);
                if (part.Asked.Count == 0)
                    Learn(later, part);
            });
        }
    }

    private void Learn(long now, HeardPart part)
    {
        foreach (var (at, key) in part.Agreed)
        {
            if (_holders.TryGetValue(at, out var known))
            {
                known.Key = key; // what it is passed over for stays
                continue;
            }

            if (_holders.Count >= FindLimits.Known)
                _holders.Clear();
            _holders[at] = new Heard(key);
        }

        NextDeadline = Math.Min(NextDeadline, now);
    }

    private List<Endpoint> Choose(long now, Search search)
    {
        var named = search.Parts.SelectMany(static part => part.Agreed).Distinct().ToList();
        foreach (var (at, key) in named)
            _holders.TryAdd(at, new Heard(key));
        var taken = new HashSet<AddressPrefix>();
        var usable = named.Where(one => _holders[one.At].PassedOverUntil <= now && _holders[one.At].Key == one.Key).Select(static one => one.At).ToList();
        usable.Sort((one, other) => search.Address.CompareDistance(RoomKey.PlaceOf(one), RoomKey.PlaceOf(other)));
        return [.. usable.Where(one => AddressScope.KindOf(one) != AddressKind.Global || taken.Add(AddressPrefix.Of(one))).Take(search.Count)];
    }

    private sealed class Heard(X25519PublicKey key)
    {
        public X25519PublicKey Key { get; set; } = key;

        public long PassedOverUntil { get; set; }

        public long Silence { get; set; }
    }

    private sealed class Search(BoxAddress address, int count, int depth, long now, Action<long, IReadOnlyList<Endpoint>> found)
    {
        public BoxAddress Address => address;

        public int Count => count;

        public int Depth { get; set; } = depth;

        public bool WentDeeper { get; set; }

        public bool WentUp { get; set; }

        public long End { get; set; } = now + FindLimits.SearchPatience;

        /// <summary>Until when more are waited for where few are known.</summary>
        public long FewEnd { get; } = now + FindLimits.FewPatience;

        public Action<long, IReadOnlyList<Endpoint>> Found => found;

        public HashSet<HeardPart> Parts { get; } = [];
    }
}
