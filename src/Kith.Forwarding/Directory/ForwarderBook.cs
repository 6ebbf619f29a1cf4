using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Forwarding.Directory;

/// <summary>
/// The forwarders that we know of (docs/protocol/paths.md, "Descriptors"): the newest of each, a few of a prefix, and of those the view that paths are drawn from: the newest hundred, of which no neighbour's word alone brings
/// more than its share. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class ForwarderBook
{
    /// <summary>Stands for a forwarder's own word over a session of ours, which proved its key.</summary>
    public const ulong Itself = 0;

    private const long ViewLifetime = 60_000;

    private readonly Func<OwnNetworks> _networks;
    private readonly int _salt;
    private readonly Dictionary<X25519PublicKey, KnownForwarder> _known = [];
    private KnownForwarder[]? _view;
    private long _viewUntil;

    /// <summary>An empty book.</summary>
    /// <param name="networks">The networks that this node is on.</param>
    /// <param name="random">Decides between those that are as new.</param>
    public ForwarderBook(Func<OwnNetworks> networks, IRandom random) => (_networks, _salt) = (networks, (int)random.NextUInt32());

    /// <summary>Our own transport key; never taken in.</summary>
    public X25519PublicKey? Own { get; set; }

    /// <summary>The key that this node went by under another setting; never taken in: nobody is there any more.</summary>
    public X25519PublicKey? Former { get; set; }

    /// <summary>
    /// The entry points that everything here rests on, of somebody who calls onion addresses alone (docs/protocol/paths.md, "Through Tor alone"); null for everybody else. Each brings its own share and displaces nothing but what
    /// came through it alone: else one that lies could push out what all others said.
    /// </summary>
    public IReadOnlySet<ulong>? Sponsors { get; set; }

    /// <summary>How many are known.</summary>
    public int Count => _known.Count;

    /// <summary>All that are known, in no order.</summary>
    public IEnumerable<KnownForwarder> All => _known.Values;

    /// <summary>What counts as one neighbour or forwarder: the prefix; on our own network each endpoint.</summary>
    public ulong GroupOf(Endpoint endpoint) => _networks().AreLifted(endpoint) ? Scatter(endpoint) : AddressPrefix.Of(endpoint).Number;

    /// <summary>How far the wall clock is behind the times that are given here, milliseconds: those never go back. What others sign, and epochs, go by the wall clock.</summary>
    public long Behind { get; set; }

    /// <summary>What the wall clock says at that time.</summary>
    public long Wall(long now) => now - Behind;

    /// <summary>The epoch of that time.</summary>
    public int EpochAt(long now) => ForwardingEpoch.At(Wall(now));

    /// <summary>When an epoch begins.</summary>
    public long StartOf(int epoch) => ForwardingEpoch.Start(epoch) + Behind;

    /// <summary>What counts as one forwarder.</summary>
    public ulong GroupOf(ForwarderDescriptor descriptor)
    {
        if (descriptor.Endpoints.Count > 0)
            return GroupOf(descriptor.Endpoints[0]);
        return GroupOf(descriptor.Onion!.Value);
    }

    /// <summary>What counts as one onion service: itself alone, as nothing of it says whose it is.</summary>
    public static ulong GroupOf(OnionPoint onion) => Number(Sha256.Hash(onion.Key.ToArray()));

    /// <summary>The one with a transport key; null when it is not known.</summary>
    public KnownForwarder? Find(X25519PublicKey key) => _known.GetValueOrDefault(key);

    /// <summary>Takes in what a neighbour said. False when it is our own, out of date, not newer than what is known, or has no room.</summary>
    /// <param name="now">The time.</param>
    /// <param name="descriptor">Read and verified.</param>
    /// <param name="teller">The neighbour's <see cref="GroupOf(Endpoint)"/>, or <see cref="Itself"/>.</param>
    public bool Add(long now, ForwarderDescriptor descriptor, ulong teller)
    {
        if (descriptor.Key == Own || descriptor.Key == Former || !descriptor.IsCurrent(Wall(now)) || !IsUsable(descriptor))
            return false;
        if (_known.TryGetValue(descriptor.Key, out var known))
        {
            known.Tell(teller);
            if (descriptor.MadeAt <= known.Descriptor.MadeAt)
                return false;
            known.Renew(descriptor, GroupOf(descriptor));
            _view = null;
            return true;
        }

        var added = new KnownForwarder(descriptor, GroupOf(descriptor));
        added.Tell(teller);
        if (!MakeRoom(now, added))
            return false;
        _known.Add(descriptor.Key, added);
        _view = null;
        return true;
    }

    /// <summary>Somebody who was called answered, or did not: who did not is seldom drawn until heard of again. That is our own evidence, and nobody else's word.</summary>
    /// <param name="isSilent">Whether there was no answer.</param>
    /// <param name="at">Who was called.</param>
    public void Called(bool isSilent, Func<ForwarderDescriptor, bool> at)
    {
        foreach (var one in _known.Values)
        {
            if (at(one.Descriptor))
                one.IsSilent = isSilent;
        }
    }

    /// <summary>The newest, from which paths are drawn.</summary>
    public IReadOnlyList<KnownForwarder> View(long now)
    {
        if (_view is not null && now < _viewUntil)
            return _view;
        foreach (var old in _known.Values.Where(one => !one.Descriptor.IsCurrent(Wall(now))).ToList())
            _known.Remove(old.Descriptor.Key);
        _view = Draw(now);
        _viewUntil = now + ViewLifetime;
        return _view;
    }

    /// <summary>A random sample of what is known, for a neighbour that asks; each in another order, so that nobody can tell what was learned when.</summary>
    public IReadOnlyList<ForwarderDescriptor> Sample(long now, int count, IRandom random)
    {
        var all = View(now).ToArray();
        count = Math.Min(count, all.Length);
        for (var i = 0; i < count; i++)
        {
            var other = i + random.NextInt32(all.Length - i);
            (all[i], all[other]) = (all[other], all[i]);
        }

        return [.. all.Take(count).Select(static one => one.Descriptor)];
    }

    /// <summary>Neighbours, each once, whose word the view rests on.</summary>
    public int CountTellers(long now) => View(now).SelectMany(static one => one.Tellers).Distinct().Count();

    // What is named by a node of the internet must be of the internet: else it could aim us at the house's own services.
    private bool IsUsable(ForwarderDescriptor descriptor) => descriptor.Onion is not null || descriptor.Endpoints.Any(_networks().MayContact);

    // Newest first, each charged to the neighbour that has given the least so far; whose share is used up brings no more. All that have signed within two periods are as new: else whoever signs each second would be first everywhere.
    private KnownForwarder[] Draw(long now)
    {
        var shares = new Dictionary<ulong, int>();
        var view = new List<KnownForwarder>(DirectoryLimits.View);
        foreach (var one in _known.Values.OrderBy(one => Math.Max(0, Wall(now) - one.Descriptor.MadeAt) / (2 * DirectoryLimits.RenewAfter)).ThenBy(one => HashCode.Combine(_salt, one.Descriptor.Key)))
        {
            if (view.Count == DirectoryLimits.View)
                break;
            if (!one.Tellers.Contains(Itself))
            {
                var teller = one.Tellers.MinBy(shares.GetValueOrDefault);
                if (shares.GetValueOrDefault(teller) >= DirectoryLimits.ShareOfNeighbour)
                    continue;
                shares[teller] = shares.GetValueOrDefault(teller) + 1;
            }

            view.Add(one);
        }

        return [.. view];
    }

    private bool MakeRoom(long now, KnownForwarder added)
    {
        if (Sponsors is not null)
            return MakeRoomOfSponsor(now, added);
        var rivals = _known.Values.Where(one => one.Group == added.Group).ToList();
        if (rivals.Count >= DirectoryLimits.MaxPerPrefix)
            return TryReplace(now, rivals, added);
        if (IsOnionAlone(added))
        {
            var onions = _known.Values.Where(IsOnionAlone).ToList();
            if (onions.Count >= DirectoryLimits.MaxOnionOnly)
                return TryReplace(now, onions, added);
        }

        return IsRoomAtAll(now) || TryReplace(now, _known.Values, added);
    }

    // Each is charged to who brought it first, for as long as it is here; so two that lie together bring no more than two.
    private bool MakeRoomOfSponsor(long now, KnownForwarder added)
    {
        var brought = _known.Values.Where(one => one.Sponsor == added.Sponsor).ToList();
        var rivals = brought.Where(one => one.Group == added.Group).ToList();
        if (rivals.Count >= DirectoryLimits.MaxPerPrefix)
            return TryReplaceOfSponsor(now, rivals, added);
        var onions = brought.Where(IsOnionAlone).ToList();
        if (IsOnionAlone(added) && onions.Count >= OnionLimits.MaxOnionOnlyOfSponsor)
            return TryReplaceOfSponsor(now, onions, added);
        if (brought.Count >= OnionLimits.MaxOfSponsor)
            return TryReplaceOfSponsor(now, brought, added);
        if (IsRoomAtAll(now))
            return true;
        // Full of what came through entry points that the user has taken away since.
        var gone = _known.Values.Where(one => !Sponsors!.Contains(one.Sponsor)).MinBy(static one => one.Descriptor.MadeAt);
        return gone is not null && _known.Remove(gone.Descriptor.Key);
    }

    private bool TryReplaceOfSponsor(long now, List<KnownForwarder> rivals, KnownForwarder added) => TryReplace(now, rivals.Where(static one => one.Tellers.Count == 1), added);

    private bool IsRoomAtAll(long now)
    {
        if (_known.Count >= DirectoryLimits.MaxKnown)
            _ = View(now); // lets go of what is out of date
        return _known.Count < DirectoryLimits.MaxKnown;
    }

    // A clock that is ahead makes nobody newer than now.
    private bool TryReplace(long now, IEnumerable<KnownForwarder> rivals, KnownForwarder added)
    {
        var oldest = rivals.MinBy(static one => one.Descriptor.MadeAt);
        if (oldest is null || Math.Min(oldest.Descriptor.MadeAt, Wall(now)) >= Math.Min(added.Descriptor.MadeAt, Wall(now)))
            return false;
        return _known.Remove(oldest.Descriptor.Key);
    }

    private static bool IsOnionAlone(KnownForwarder one) => one.Descriptor.Endpoints.Count == 0;

    private static ulong Scatter(Endpoint endpoint)
    {
        Span<byte> compact = stackalloc byte[Endpoint.CompactSize6];
        var size = endpoint.WriteCompact(compact);
        return Number(Sha256.Hash(compact[..size]));
    }

    // Above all prefixes, which have 50 bits.
    private static ulong Number(ReadOnlySpan<byte> hash) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash) | (1UL << 63);
}
