using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>
/// The nodes that we know, in buckets by how many leading bits their ids share with ours (BEP 5, "routing table"). Only the last bucket, which holds our own id, is split. Nodes stand
/// here only after they answered us.
/// </summary>
public sealed class RoutingTable
{
    /// <summary>A node is good for so long after it was heard (BEP 5).</summary>
    public const int GoodSeconds = 15 * 60;

    /// <summary>Nodes in reserve for each bucket.</summary>
    public const int MaxSpares = 8;

    /// <summary>Nodes of one prefix (/24, /48) in one bucket.</summary>
    public const int MaxPrefixInBucket = 2;

    /// <summary>Nodes of one prefix (/24, /48) in the table.</summary>
    public const int MaxPrefixInTable = 8;

    /// <summary>Most nodes a bucket can be told to hold.</summary>
    public const int MaxBucketSize = 250;

    /// <summary>With fewer nodes that are not bad we ask bad ones too.</summary>
    public const int EnoughFit = 4;

    private readonly IReadOnlyList<int> _sizes;
    private OwnNetworks _networks;
    private Bucket[] _buckets = new Bucket[1];

    internal RoutingTable(NodeId own, IReadOnlyList<int> sizes, OwnNetworks networks)
    {
        Own = own;
        _sizes = sizes;
        _networks = networks;
    }

    /// <summary>
    /// We are on other networks now: whom the rules are lifted for changes with them, and of nobody is it known whether we still reach them. The table is empty until nodes answer.
    /// </summary>
    internal void ChangeNetworks(OwnNetworks networks)
    {
        _networks = networks;
        _buckets = new Bucket[1];
        Depth = 1;
        Count = 0;
    }

    /// <summary>Nodes known.</summary>
    public int Count { get; private set; }

    /// <summary>Buckets in use.</summary>
    public int Depth { get; private set; } = 1;

    /// <summary>Our own id, which the buckets are laid out around.</summary>
    internal NodeId Own { get; private set; }

    internal Span<Bucket> Buckets => _buckets.AsSpan(0, Depth);

    /// <summary>At most so many nodes, those heard last first: to be remembered for the next start.</summary>
    public IReadOnlyList<KnownNode> Sample(int count)
    {
        var all = new List<NodeEntry>(Count);
        foreach (ref var bucket in Buckets)
            all.AddRange(bucket.Nodes);
        return [.. all.Where(node => node.Failures == 0).OrderByDescending(node => node.HeardAt).Take(count).Select(node => new KnownNode(node.Id, node.Endpoint))];
    }

    /// <summary>A node has answered: takes it in, or keeps it in reserve where there is no room. True when it stands in the table.</summary>
    internal bool Answered(long now, NodeId id, Endpoint endpoint, int roundTrip)
    {
        var seconds = Seconds(now);
        ref var bucket = ref _buckets[IndexFor(id)];
        var index = bucket.IndexOf(id);
        if (index >= 0)
        {
            ref var known = ref bucket.Nodes[index];
            // An id belongs to whom we know by it, for as long as he lives there.
            if (known.Endpoint != endpoint && known.IsGood(seconds))
                return false;
            if (known.Endpoint == endpoint)
            {
                known.HeardAt = seconds;
                known.Failures = 0;
                known.IsBeingAsked = false;
                known.RoundTrip = (ushort)Math.Min(roundTrip, ushort.MaxValue);
                return true;
            }

            bucket.RemoveAt(index);
            Count--;
        }

        var entry = new NodeEntry { Id = id, Endpoint = endpoint, HeardAt = seconds, RoundTrip = (ushort)Math.Min(roundTrip, ushort.MaxValue) };
        return id != Own && Place(entry);
    }

    /// <summary>Whether a node at this address stands in the table, and answered when it was asked last.</summary>
    internal bool Has(Endpoint endpoint)
    {
        foreach (ref var bucket in Buckets)
        {
            if (bucket.IndexOf(endpoint) is >= 0 and var index)
                return bucket.Nodes[index].Failures == 0;
        }

        return false;
    }

    /// <summary>A node that we know by this id and address has asked us something: that too shows that it lives, when it has answered before.</summary>
    internal bool Asked(long now, NodeId id, Endpoint endpoint)
    {
        ref var bucket = ref _buckets[IndexFor(id)];
        var index = bucket.IndexOf(id);
        if (index < 0 || bucket.Nodes[index].Endpoint != endpoint)
            return false;
        ref var node = ref bucket.Nodes[index];
        if (node.Failures == 0)
            node.HeardAt = Seconds(now);
        return true;
    }

    /// <summary>A node left a query unanswered. A bad one gives way to one in reserve.</summary>
    internal void Failed(NodeId id, Endpoint endpoint)
    {
        ref var bucket = ref _buckets[IndexFor(id)];
        var index = bucket.IndexOf(id);
        if (index < 0 || bucket.Nodes[index].Endpoint != endpoint)
            return;
        ref var node = ref bucket.Nodes[index];
        node.IsBeingAsked = false;
        if (node.Failures < byte.MaxValue)
            node.Failures++;
        if (!node.IsBad || !bucket.TryTakeSpare(out var spare))
            return;
        bucket.RemoveAt(index);
        Count--;
        _ = Place(spare);
    }

    /// <summary>Whether a node that we have not heard yet would get a place, so that it is worth a question.</summary>
    internal bool Wants(NodeId id, Endpoint endpoint)
    {
        if (id == Own)
            return false;
        var index = IndexFor(id);
        ref var bucket = ref _buckets[index];
        if (bucket.IndexOf(id) >= 0 || bucket.IndexOf(endpoint) >= 0)
            return false;
        if (bucket.Count < SizeOf(index) || CanSplit(index, id))
            return HasPrefixRoom(bucket, endpoint);
        return IndexOfBad(bucket) >= 0;
    }

    /// <summary>The node least lately heard in the bucket of an id, where it is questionable and nobody asks it already; it counts as being asked from now on.</summary>
    internal bool TryTakeQuestionable(long now, NodeId id, out KnownNode questionable)
    {
        questionable = default;
        var seconds = Seconds(now);
        ref var bucket = ref _buckets[IndexFor(id)];
        var oldest = -1;
        for (var i = 0; i < bucket.Count; i++)
        {
            ref var node = ref bucket.Nodes[i];
            if (!node.IsBeingAsked && !node.IsGood(seconds) && (oldest < 0 || node.HeardAt < bucket.Nodes[oldest].HeardAt))
                oldest = i;
        }

        if (oldest < 0)
            return false;
        bucket.Nodes[oldest].IsBeingAsked = true;
        questionable = new KnownNode(bucket.Nodes[oldest].Id, bucket.Nodes[oldest].Endpoint);
        return true;
    }

    /// <summary>Of all nodes the one heard longest ago, if that is longer than so many seconds.</summary>
    internal bool TryFindStalest(long now, int olderThan, out KnownNode stalest)
    {
        stalest = default;
        var limit = Seconds(now) - (uint)olderThan;
        foreach (ref var bucket in Buckets)
        {
            foreach (ref var node in bucket.Nodes)
            {
                if (node.HeardAt > limit || node.IsBeingAsked)
                    continue;
                limit = node.HeardAt;
                stalest = new KnownNode(node.Id, node.Endpoint);
            }
        }

        return stalest != default;
    }

    /// <summary>
    /// The nodes closest to a target, closest first; none that is bad, unless hardly any others are known: of two nodes one that was slow twice is better than nobody. Bad ones stand behind all others,
    /// and take no place of theirs: after an outage nearly all are. For others (<paramref name="forOthers"/>) none that is in doubt.
    /// </summary>
    internal int FindClosest(NodeId target, Span<NodeEntry> closest, bool forOthers)
    {
        var count = 0;
        CollectAll(target, closest, ref count, forOthers ? NodeFitness.Certain : NodeFitness.Likely);
        if (!forOthers && count < EnoughFit)
        {
            var bad = 0;
            CollectAll(target, closest[count..], ref bad, NodeFitness.Bad);
            count += bad;
        }

        return count;
    }

    private void CollectAll(NodeId target, Span<NodeEntry> closest, ref int count, NodeFitness fitness)
    {
        var at = IndexFor(target);
        // The target's own bucket is closest to it, then all nearer to us together, then the farther ones one by one.
        Collect(at, target, closest, ref count, fitness);
        if (count < closest.Length)
        {
            for (var i = at + 1; i < Depth; i++)
                Collect(i, target, closest, ref count, fitness);
        }

        for (var i = at - 1; i >= 0 && count < closest.Length; i--)
            Collect(i, target, closest, ref count, fitness);
    }

    /// <summary>Our id has changed: sorts everybody anew.</summary>
    internal void Rebuild(NodeId own)
    {
        var old = _buckets[..Depth];
        Own = own;
        _buckets = new Bucket[1];
        Depth = 1;
        Count = 0;
        foreach (ref var bucket in old.AsSpan())
        {
            foreach (ref var node in bucket.Nodes)
            {
                if (node.Id != own)
                    _ = Place(node);
            }
        }
    }

    internal int IndexFor(NodeId id) => Math.Min(Own.SharedBits(id), Depth - 1);

    internal int SizeOf(int bucket) => Math.Min(_sizes[Math.Min(bucket, _sizes.Count - 1)], MaxBucketSize);

    internal static uint Seconds(long now) => (uint)(now / 1000);

    private void Collect(int index, NodeId target, Span<NodeEntry> closest, ref int count, NodeFitness fitness)
    {
        foreach (ref var node in _buckets[index].Nodes)
        {
            if (node.IsBad != (fitness == NodeFitness.Bad) || (fitness == NodeFitness.Certain && node.Failures > 0))
                continue;
            if (count == closest.Length && !node.Id.IsCloser(target, closest[count - 1].Id))
                continue;
            var place = count < closest.Length ? count++ : count - 1;
            for (; place > 0 && node.Id.IsCloser(target, closest[place - 1].Id); place--)
                closest[place] = closest[place - 1];
            closest[place] = node;
        }
    }

    private bool Place(in NodeEntry entry)
    {
        RemoveElsewhere(entry.Endpoint);
        while (true)
        {
            var index = IndexFor(entry.Id);
            ref var bucket = ref _buckets[index];
            if (bucket.Count < SizeOf(index))
            {
                if (!HasPrefixRoom(bucket, entry.Endpoint))
                    return false;
                bucket.Add(entry);
                bucket.ChangedAt = entry.HeardAt;
                Count++;
                return true;
            }

            if (CanSplit(index, entry.Id))
            {
                Split();
                continue;
            }

            return ReplaceBad(ref bucket, entry);
        }
    }

    private bool ReplaceBad(ref Bucket bucket, in NodeEntry entry)
    {
        if (!HasPrefixRoom(bucket, entry.Endpoint))
            return false;
        var bad = IndexOfBad(bucket);
        if (bad < 0)
        {
            bucket.AddSpare(entry);
            return false;
        }

        bucket.RemoveAt(bad);
        bucket.Add(entry);
        bucket.ChangedAt = entry.HeardAt;
        return true;
    }

    // A node that comes back with another id leaves its old place.
    private void RemoveElsewhere(Endpoint endpoint)
    {
        foreach (ref var bucket in Buckets)
        {
            var index = bucket.IndexOf(endpoint);
            if (index < 0)
                continue;
            bucket.RemoveAt(index);
            Count--;
            return;
        }
    }

    // The last bucket can be split; one that only we ourselves could be in is not.
    private bool CanSplit(int index, NodeId id) => index == Depth - 1 && Depth < NodeId.Bits && id != Own;

    // The last bucket has nobody in reserve: it is split instead.
    private void Split()
    {
        var last = Depth - 1;
        if (_buckets.Length == Depth)
            Array.Resize(ref _buckets, Depth + 4);
        ref var from = ref _buckets[last];
        ref var to = ref _buckets[last + 1];
        to.ChangedAt = from.ChangedAt;
        Depth++;
        for (var i = from.Count - 1; i >= 0; i--)
        {
            if (Own.SharedBits(from.Nodes[i].Id) <= last)
                continue;
            to.Add(from.Nodes[i]);
            from.RemoveAt(i);
        }
    }

    private bool HasPrefixRoom(in Bucket bucket, Endpoint endpoint)
    {
        if (_networks.AreLifted(endpoint))
            return true;
        var prefix = AddressPrefix.Of(endpoint);
        if (CountOf(bucket, prefix) >= MaxPrefixInBucket)
            return false;
        var all = 0;
        foreach (ref var other in Buckets)
            all += CountOf(other, prefix);
        return all < MaxPrefixInTable;
    }

    private static int CountOf(in Bucket bucket, AddressPrefix prefix)
    {
        var count = 0;
        foreach (ref var node in bucket.Nodes)
        {
            if (AddressPrefix.Of(node.Endpoint) == prefix)
                count++;
        }

        return count;
    }

    private static int IndexOfBad(in Bucket bucket)
    {
        for (var i = 0; i < bucket.Count; i++)
        {
            if (bucket.Nodes[i].IsBad)
                return i;
        }

        return -1;
    }

    // Which nodes a search is given.
    private enum NodeFitness
    {
        Certain,
        Likely,
        Bad,
    }
}
