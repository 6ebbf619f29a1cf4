using Kith.Overlay.Dht.Krpc;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>
/// The way of one search through the nodes of one family: asks ever closer nodes along disjoint paths (S/Kademlia, Baumgart and Mies 2007) until the whole region around the target has
/// answered. A node that is silent for longer than usual is replaced at once, not waited for.
/// </summary>
internal sealed class Traversal(Search search, SearchGround ground, bool isIPv4) : IAnswerTaker, IQueryWriter
{
    private const long RetryAfter = 10;

    private readonly CandidateList _candidates = new(search.Target, ground.Own.Networks);
    private readonly ulong _radius = ground.RadiusOf(isIPv4);
    private int _distributed;

    public bool IsFinished { get; private set; }

    public long NextDeadline { get; private set; } = long.MaxValue;

    public int Hops { get; private set; }

    public int Queries { get; private set; }

    public int Answers { get; private set; }

    /// <summary>Sets out from the nodes that we know, and from one more where one is given.</summary>
    public void Begin(long now, KnownNode? start)
    {
        Span<NodeEntry> closest = stackalloc NodeEntry[SearchLimits.Region * 2];
        var table = isIPv4 ? ground.Book.Table4 : ground.Book.Table6;
        foreach (ref var node in closest[..table.FindClosest(search.Target, closest, forOthers: false)])
            Add(node.Id, node.Endpoint, node.RoundTrip, 1, _distributed++ % SearchLimits.Paths, isUnfit: false);
        if (start is { } first && first.Endpoint.IsIPv4 == isIPv4)
            Add(first.Id, first.Endpoint, null, 1, _distributed++ % SearchLimits.Paths, !ground.Book.IsFit(first.Id, first.Endpoint));
        Advance(now);
    }

    /// <summary>Asks whom it is time to ask, and ends when nobody is left.</summary>
    public void Advance(long now)
    {
        if (IsFinished || search.IsFinished)
            return;
        Span<int> asked = stackalloc int[SearchLimits.Paths], alive = stackalloc int[SearchLimits.Paths];
        Expire(now, asked);
        var isPending = false;
        var all = 0;
        foreach (var slot in _candidates.Order)
        {
            ref var candidate = ref _candidates[slot];
            if (candidate.State is CandidateState.Failed or CandidateState.GivenUp || (candidate.IsUnfit && candidate.State == CandidateState.Answered))
                continue;
            if (!IsWanted(candidate, all, alive, _radius))
                continue;
            isPending |= candidate.State != CandidateState.Answered;
            if (candidate.State == CandidateState.Stalled)
                continue;
            if (candidate.State == CandidateState.Fresh && asked[candidate.Path] < SearchLimits.Parallel && TryAsk(now, slot))
                asked[candidate.Path]++;
            all++;
            alive[candidate.Path]++;
        }

        if (!isPending)
            Finish();
    }

    /// <summary>Where a node of this search is.</summary>
    public Endpoint EndpointOf(byte slot) => _candidates[slot].Endpoint;

    /// <summary>A node sent what cannot be true: it is in charge of nothing any more.</summary>
    public void Distrust(byte slot) => _candidates[slot].State = CandidateState.Failed;

    /// <summary>The nodes in charge that answered, closest first, then some more that would take the place of those that fail.</summary>
    /// <param name="take">Called with each.</param>
    /// <param name="most">How many.</param>
    /// <returns>How many of them are in charge.</returns>
    public int CopyRegion(Action<Candidate> take, int most)
    {
        Span<int> alive = stackalloc int[SearchLimits.Paths];
        int all = 0, inCharge = 0;
        for (var round = 0; round < 2; round++)
        {
            alive.Clear();
            all = 0;
            foreach (var slot in _candidates.Order)
            {
                ref var candidate = ref _candidates[slot];
                if (candidate.State != CandidateState.Answered || candidate.IsUnfit)
                    continue;
                var wanted = IsWanted(candidate, all, alive, _radius);
                if (wanted)
                {
                    all++;
                    alive[candidate.Path]++;
                }

                if (wanted != (round == 0) || most == 0)
                    continue;
                most--;
                inCharge += wanted ? 1 : 0;
                take(candidate);
            }
        }

        return inCharge;
    }

    /// <summary>Whether we ourselves are as close to the target as the nodes in charge of it.</summary>
    public bool AreWeInCharge()
    {
        var all = 0;
        foreach (var slot in _candidates.Order)
        {
            ref var candidate = ref _candidates[slot];
            if (candidate.State != CandidateState.Answered || candidate.IsUnfit)
                continue;
            if (++all == SearchLimits.Region)
                return ground.Own.Id.IsCloser(search.Target, candidate.Id);
        }

        return true;
    }

    void IQueryWriter.Write(ref BencodeWriter writer, in KrpcSender sender, in Transaction query, ReadOnlySpan<byte> transaction) =>
        search.WriteQuery(ref writer, sender, transaction);

    void IAnswerTaker.Answered(long now, in Transaction query, in KrpcAnswer answer)
    {
        if (IsFinished || search.IsFinished)
            return;
        var slot = query.Tag;
        ref var candidate = ref _candidates[slot];
        candidate.State = CandidateState.Answered;
        Answers++;
        Hops = Math.Max(Hops, candidate.Depth);
        if (search.NeedsTokens && !answer.Item.Token.IsEmpty)
            candidate.Token = answer.Item.Token.ToArray();
        TakeNodes(now, candidate, answer.Nodes, fromIPv4: true);
        TakeNodes(now, candidate, answer.Nodes6, fromIPv4: false);
        search.Take(now, this, slot, answer, _candidates[slot].Depth);
        Advance(now);
        search.Check(now);
    }

    void IAnswerTaker.Refused(long now, in Transaction query, DhtError error) => Fail(now, query);

    void IAnswerTaker.TimedOut(long now, in Transaction query) => Fail(now, query);

    /// <summary>Has the nodes that were named and not asked looked at for the routing table.</summary>
    public void OfferRest(long now)
    {
        foreach (var slot in _candidates.Order)
        {
            ref var candidate = ref _candidates[slot];
            if (candidate.State == CandidateState.Fresh)
                ground.Book.Named(now, new KnownNode(candidate.Id, candidate.Endpoint));
        }
    }

    private void TakeNodes(long now, in Candidate by, ReadOnlySpan<byte> nodes, bool fromIPv4)
    {
        var (depth, path, source) = (by.Depth, by.Path, by.Endpoint);
        for (var left = KrpcLimits.MaxNodes; left > 0 && KrpcAnswer.TryNextNode(ref nodes, fromIPv4, out var node); left--)
        {
            if (node.Endpoint.IsIPv4 != fromIPv4 || node.Id == ground.Own.Id || !ground.Own.Networks.MayFollow(source, node.Endpoint) || !ground.Book.IsFit(node.Id, node.Endpoint))
                continue;
            // The other family has its own way; what is named of it is good for its table.
            if (fromIPv4 != isIPv4)
                ground.Book.Named(now, node);
            else
                Add(node.Id, node.Endpoint, null, depth + 1, FirstEmptyPath(path), isUnfit: false);
        }
    }

    // With few nodes to begin with, the first that are named spread over the paths.
    private int FirstEmptyPath(int otherwise)
    {
        if (_distributed >= SearchLimits.Paths)
            return otherwise;
        _distributed++;
        for (var path = 0; path < SearchLimits.Paths; path++)
        {
            if (_candidates.IsEmpty(path))
                return path;
        }

        return otherwise;
    }

    private void Add(NodeId id, Endpoint endpoint, ushort? roundTrip, int depth, int path, bool isUnfit) => _ = _candidates.TryAdd(new Candidate
    {
        Id = id,
        Endpoint = endpoint,
        RoundTrip = roundTrip,
        Depth = (byte)Math.Min(depth, byte.MaxValue),
        Path = (byte)path,
        IsUnfit = isUnfit,
    });

    // In charge are the closest nodes, all that stand within the region's radius, and the closest ones of each path.
    private bool IsWanted(in Candidate candidate, int all, ReadOnlySpan<int> alive, ulong radius) =>
        all < SearchLimits.Region || alive[candidate.Path] < SearchLimits.PathWidth
        || (all < SearchLimits.MaxRegion && (candidate.Id ^ search.Target).High <= radius);

    private bool TryAsk(long now, byte slot)
    {
        ref var candidate = ref _candidates[slot];
        if (!ground.Own.Networks.MayContact(candidate.Endpoint))
        {
            candidate.State = CandidateState.Failed;
            return false;
        }

        var stall = ground.Querier.Stall(candidate.RoundTrip);
        if (!ground.Querier.TryAsk(now, candidate.Endpoint, candidate.Id, this, this, slot, stall))
        {
            // Too many queries of others are under way.
            NextDeadline = Math.Min(NextDeadline, now + RetryAfter);
            return false;
        }

        candidate.State = CandidateState.Asked;
        candidate.Stall = stall;
        candidate.Until = now + stall;
        NextDeadline = Math.Min(NextDeadline, candidate.Until);
        Queries++;
        return true;
    }

    private void Expire(long now, Span<int> asked)
    {
        NextDeadline = long.MaxValue;
        foreach (var slot in _candidates.Order)
        {
            ref var candidate = ref _candidates[slot];
            if (candidate.State == CandidateState.Asked && candidate.Until <= now)
            {
                candidate.State = CandidateState.Stalled;
                candidate.Until += candidate.Stall;
            }

            if (candidate.State == CandidateState.Stalled && candidate.Until <= now)
                candidate.State = CandidateState.GivenUp;
            if (candidate.State is not (CandidateState.Asked or CandidateState.Stalled))
                continue;
            NextDeadline = Math.Min(NextDeadline, candidate.Until);
            if (candidate.State == CandidateState.Asked)
                asked[candidate.Path]++;
        }
    }

    private void Fail(long now, in Transaction query)
    {
        if (IsFinished || search.IsFinished)
            return;
        _candidates[query.Tag].State = CandidateState.Failed;
        Advance(now);
        search.Check(now);
    }

    private void Finish()
    {
        IsFinished = true;
        NextDeadline = long.MaxValue;
        var answered = 0;
        foreach (var slot in _candidates.Order)
        {
            ref var candidate = ref _candidates[slot];
            if (candidate.State == CandidateState.Answered && !candidate.IsUnfit && ++answered == SearchLimits.Region)
                ground.DensityOf(isIPv4).Add(candidate.Id ^ search.Target);
        }
    }
}
