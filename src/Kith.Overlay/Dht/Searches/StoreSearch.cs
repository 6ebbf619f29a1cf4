using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>Looks for the nodes in charge of a key and has each store something: all of the region, not the first few, since some of them may lie or leave.</summary>
internal abstract class StoreSearch(NodeId target, SearchGround ground, Action<PutResult> done) : Search(target, ground), IAnswerTaker, IQueryWriter
{
    /// <summary>Nodes beyond those in charge that take the place of ones that fail.</summary>
    public const int MaxSpares = 8;

    /// <summary>A node may check a signature before it answers: no write counts as stalled sooner, in milliseconds.</summary>
    public const int LeastStall = 50;

    private const int MaxWrites = (2 * SearchLimits.MaxRegion) + MaxSpares;

    private readonly List<Candidate> _nodes = [];
    private int _next;
    private int _stored;
    private int _refused;
    private DhtError? _refusal;

    public override bool NeedsTokens => true;

    public override long NextDeadline => Math.Min(base.NextDeadline, WriteDeadline);

    private long WriteDeadline { get; set; } = long.MaxValue;

    public override void Tick(long now)
    {
        base.Tick(now);
        if (!IsFinished && now >= WriteDeadline)
            Settle(now);
    }

    void IQueryWriter.Write(ref BencodeWriter writer, in KrpcSender sender, in Transaction query, ReadOnlySpan<byte> transaction) =>
        WriteStore(ref writer, sender, transaction, _nodes[query.Tag].Token);

    void IAnswerTaker.Answered(long now, in Transaction query, in KrpcAnswer answer)
    {
        if (IsFinished)
            return;
        _stored++;
        Settled(now, query.Tag, CandidateState.Answered);
    }

    void IAnswerTaker.Refused(long now, in Transaction query, DhtError error)
    {
        if (IsFinished)
            return;
        _refused++;
        _refusal ??= error;
        // Who has something newer, or no room, has answered for its part; who did not know its own token has not.
        Settled(now, query.Tag, error == DhtError.Protocol ? CandidateState.Failed : CandidateState.Answered);
    }

    void IAnswerTaker.TimedOut(long now, in Transaction query)
    {
        if (!IsFinished)
            Settled(now, query.Tag, CandidateState.Failed);
    }

    protected abstract void WriteStore(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, ReadOnlySpan<byte> token);

    /// <summary>Stores it with ourselves; false when it was not, and why where it could have been.</summary>
    protected abstract bool TryStoreHere(long now, out DhtError? refusal);

    protected override void Close(long now)
    {
        var inCharge = CopyRegion(candidate =>
        {
            if (candidate.Token is not null)
                _nodes.Add(candidate);
        }, MaxWrites - 1);
        if (AreWeInCharge() && !Ground.Own.IsReadOnly)
        {
            if (TryStoreHere(now, out var refusal))
                _stored++;
            else if (refusal is not null)
                (_refused, _refusal) = (1, refusal);
        }

        for (var left = Math.Min(inCharge, _nodes.Count); left > 0; left--)
            WriteNext(now);
        Settle(now);
    }

    private void WriteNext(long now)
    {
        while (_next < _nodes.Count)
        {
            var slot = _next++;
            var node = _nodes[slot];
            var stall = Math.Max(LeastStall, Ground.Querier.Stall(node.RoundTrip));
            var isAsked = Ground.Querier.TryAsk(now, node.Endpoint, node.Id, this, this, (byte)slot, stall);
            node.State = isAsked ? CandidateState.Asked : CandidateState.Failed;
            node.Until = now + stall;
            node.Stall = stall;
            _nodes[slot] = node;
            if (!isAsked)
                continue;
            CountQuery();
            return;
        }
    }

    private void Settled(long now, int slot, CandidateState state)
    {
        var node = _nodes[slot];
        // One that stalled has been replaced already.
        var isReplaced = node.State != CandidateState.Asked;
        node.State = state;
        _nodes[slot] = node;
        if (state == CandidateState.Failed && !isReplaced)
            WriteNext(now);
        Settle(now);
    }

    private void Settle(long now)
    {
        WriteDeadline = long.MaxValue;
        var isPending = false;
        for (var slot = 0; slot < _next; slot++)
        {
            var node = _nodes[slot];
            if (node.State == CandidateState.Asked && node.Until <= now)
            {
                node.State = CandidateState.Stalled;
                node.Until += node.Stall;
                _nodes[slot] = node;
                WriteNext(now);
            }
            else if (node.State == CandidateState.Stalled && node.Until <= now)
            {
                node.State = CandidateState.GivenUp;
                _nodes[slot] = node;
            }

            if (node.State is not (CandidateState.Asked or CandidateState.Stalled))
                continue;
            isPending = true;
            WriteDeadline = Math.Min(WriteDeadline, node.Until);
        }

        if (isPending)
            return;
        Finish();
        Ground.Querier.Transactions.Forget(this);
        done(new PutResult(_stored, _refused, _refusal, Hops, Queries));
    }
}
