using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// Who passes on for us (docs/protocol/mailbox.md, "Passing on"): an order of all that may, by a secret that is kept for months, so that over the days few see us; and for each box and holder one of the
/// first of them, so that no holder sees by it that two boxes belong together. For one thread at a time.
/// </summary>
/// <param name="world">Who there is.</param>
/// <param name="secret">What the order is drawn by.</param>
internal sealed class PassOrder(IPassRoutesWorld world, byte[] secret)
{
    private const long Lifetime = 500;

    private readonly Dictionary<BoxAddress, Endpoint[]> _holders = [];
    private byte[] _secret = secret;
    private Endpoint[] _order = [];
    private long _orderedAt = long.MinValue / 2;

    /// <summary>Those that see our address where a request goes through several.</summary>
    public PassGuards Guards { get; } = new(world);

    /// <summary>Another order, of a new period.</summary>
    public void Renew(byte[] order)
    {
        if (_secret.AsSpan().SequenceEqual(order))
            return;
        (_secret, _orderedAt) = (order, long.MinValue / 2);
        Guards.Clear();
    }

    /// <summary>The holders of a box, nearest first: they do not pass on what is asked about it where there are others.</summary>
    public void Found(BoxAddress box, IEnumerable<Endpoint> holders)
    {
        if (_holders.Count >= PassLimits.Boxes)
            _holders.Clear();
        _holders[box] = [.. holders];
    }

    /// <summary>Those that a request may go through, the best first; none where too few are known.</summary>
    /// <param name="now">The time.</param>
    /// <param name="box">The box.</param>
    /// <param name="holder">The holder.</param>
    /// <param name="fewest">So many others there must be.</param>
    public List<Endpoint> For(long now, BoxAddress box, Endpoint holder, int fewest)
    {
        Refresh(now);
        var others = _order.Where(one => one != holder && !world.AreOne(one, holder)).ToList();
        if (others.Count < fewest)
            return [];
        RemoveNeighbours(others, holder);
        var chosen = new List<Endpoint>(PassLimits.Chosen);
        foreach (var tier in Tiers(box, others))
            chosen.AddRange(tier.Take(PassLimits.Chosen - chosen.Count).OrderBy(one => Mark(box, holder, one)));
        return chosen;
    }

    /// <summary>All that may pass on, in their order.</summary>
    public IReadOnlyList<Endpoint> All(long now)
    {
        Refresh(now);
        return _order;
    }

    /// <summary>
    /// Those that a request of somebody goes through who must not be seen, in the order of the way, no two of them or of them and the holder in one prefix: the first one of few guards. As many as are wanted, or
    /// fewer where there are no others; none where there is nobody.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="box">The box.</param>
    /// <param name="holder">The holder.</param>
    /// <param name="length">How many are wanted.</param>
    /// <param name="isSettled">Whether those who are there are known by now: the guards are chosen then, and kept.</param>
    /// <param name="isTried">Who was tried already: taken only where there is nobody else.</param>
    /// <param name="isAvoided">Who failed lately: taken after others; but of the guards before one that holds the box itself.</param>
    public IReadOnlyList<Endpoint> Chain(long now, BoxAddress box, Endpoint holder, int length, bool isSettled, Func<Endpoint, bool> isTried, Func<Endpoint, bool> isAvoided)
    {
        Refresh(now);
        var guards = Guards.Usable(now, _order, isSettled);
        var others = _order.Where(one => one != holder).ToList();
        RemoveNeighbours(others, holder);
        var ranked = Tiers(box, others).SelectMany(static tier => tier).ToList();
        var chain = new List<Endpoint>(length);
        // One that is gone for a moment is waited for: were another taken each time, many would see us.
        guards.Remove(holder);
        RemoveNeighbours(guards, holder);
        if (!Add(chain, guards, box, holder, isTried, isAvoided))
            return [];
        for (var after = holder; chain.Count < length; after = chain[1])
        {
            // The other guards only where there is nobody else: who passes on later learns nothing of us, but guards are few.
            var pool = ranked.Where(one => !guards.Contains(one) && !Guards.Contains(one)).Take(PassLimits.Chosen).ToList();
            if (!Add(chain, pool, box, after, isTried, isAvoided) && !Add(chain, ranked, box, after, isTried, isAvoided))
                break;
        }

        return chain;
    }

    /// <summary>By how many steps what is asked of a holder about a box is raised.</summary>
    public int Raised(BoxAddress box, Endpoint holder) => (int)(Mark(box, holder, default) % PassLimits.Raises);

    // The first who is added leads, the others come behind it from the back, each by who comes after it.
    private bool Add(List<Endpoint> chain, List<Endpoint> pool, BoxAddress box, Endpoint after, Func<Endpoint, bool> isTried, Func<Endpoint, bool> isAvoided)
    {
        var free = pool.Where(one => !chain.Exists(other => other == one || (AddressPrefix.Of(other) == AddressPrefix.Of(one) && !world.IsNear(one)))).ToList();
        if (free.Count == 0)
            return false;
        var own = _holders.GetValueOrDefault(box) ?? [];
        var byTrial = free.OrderBy(isTried);
        // A guard that holds the box itself would see by the time whose it is: rather one that failed a moment ago.
        var best = chain.Count == 0 ? byTrial.ThenBy(one => Tier(own, one)).ThenBy(isAvoided) : byTrial.ThenBy(isAvoided).ThenBy(one => Tier(own, one));
        chain.Insert(Math.Min(chain.Count, 1), best.ThenBy(one => Mark(box, after, one)).First());
        return true;
    }

    private void RemoveNeighbours(List<Endpoint> others, Endpoint holder)
    {
        var prefix = AddressPrefix.Of(holder);
        others.RemoveAll(one => AddressPrefix.Of(one) == prefix && !world.IsNear(one));
    }

    // Whoever is asked about the box by others must not be asked to pass it on for us: it could tell by the time. In a small network they are better than asking straight.
    private IEnumerable<IEnumerable<Endpoint>> Tiers(BoxAddress box, List<Endpoint> others)
    {
        var own = _holders.GetValueOrDefault(box) ?? [];
        return Enumerable.Range(0, 3).Select(tier => others.Where(one => Tier(own, one) == tier));
    }

    private static int Tier(Endpoint[] own, Endpoint one) => Array.IndexOf(own, one) switch
    {
        < 0 or >= MailboxLimits.Asked => 0,
        >= MailboxLimits.Holders => 1,
        _ => 2,
    };

    private void Refresh(long now)
    {
        if (now - _orderedAt < Lifetime && now >= _orderedAt)
            return;
        _orderedAt = now;
        _order = [.. world.Passers(now).OrderBy(one => Mark(default, default, one))];
    }

    private ulong Mark(BoxAddress box, Endpoint holder, Endpoint one)
    {
        const int EndpointSize = 18;
        Span<byte> input = stackalloc byte[Sha256.HashSize + BoxAddress.Size + (2 * EndpointSize)];
        _secret.CopyTo(input);
        box.CopyTo(input[Sha256.HashSize..]);
        Write(input[(Sha256.HashSize + BoxAddress.Size)..], holder);
        Write(input[(Sha256.HashSize + BoxAddress.Size + EndpointSize)..], one);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private static void Write(Span<byte> destination, Endpoint endpoint)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, endpoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], endpoint.Low);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], endpoint.Port);
    }
}
