using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>One search: its way through each family's nodes, and what it makes of their answers.</summary>
internal abstract class Search(NodeId target, SearchGround ground) : DhtLookup(target)
{
    private Traversal? _first;
    private Traversal? _second;
    private int _more;
    private bool _isOpened;
    private bool _isClosing;

    protected SearchGround Ground => ground;

    /// <summary>Whether the nodes' write tokens will be needed.</summary>
    public virtual bool NeedsTokens => false;

    public virtual long NextDeadline => !_isOpened || IsFinished ? 0 : Math.Min(_first?.NextDeadline ?? long.MaxValue, _second?.NextDeadline ?? long.MaxValue);

    protected int Answers => (_first?.Answers ?? 0) + (_second?.Answers ?? 0);

    /// <summary>Sends the first queries; reports nothing yet.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="start">A node to ask beside those of the table.</param>
    public void Begin(long now, KnownNode? start)
    {
        if (ground.Book.Table4.Count > 0 || start is { Endpoint.IsIPv4: true })
            _first = new Traversal(this, ground, isIPv4: true);
        if (ground.Book.Table6.Count > 0 || start is { Endpoint.IsIPv4: false })
            _second = new Traversal(this, ground, isIPv4: false);
        _first?.Begin(now, start);
        _second?.Begin(now, start);
    }

    /// <summary>Does what is due.</summary>
    public virtual void Tick(long now)
    {
        if (!_isOpened)
        {
            _isOpened = true;
            Open(now);
        }

        _first?.Advance(now);
        _second?.Advance(now);
        Check(now);
    }

    /// <summary>Goes on to the end when all ways have been gone to theirs.</summary>
    public void Check(long now)
    {
        Queries = (_first?.Queries ?? 0) + (_second?.Queries ?? 0) + _more;
        Hops = Math.Max(_first?.Hops ?? 0, _second?.Hops ?? 0);
        if (!_isOpened || _isClosing || IsFinished || _first is { IsFinished: false } || _second is { IsFinished: false })
            return;
        _isClosing = true;
        Close(now);
    }

    /// <summary>The end, without a report.</summary>
    public void Cancel()
    {
        if (IsFinished)
            return;
        IsFinished = true;
        ForgetAll();
    }

    /// <summary>Writes the query that this search asks.</summary>
    public abstract void WriteQuery(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction);

    /// <summary>A node answered; what it says of other nodes has been taken.</summary>
    public virtual void Take(long now, Traversal by, byte slot, in KrpcAnswer answer, int depth)
    {
    }

    /// <summary>Looks at what we have ourselves: the first thing that may report.</summary>
    protected virtual void Open(long now)
    {
    }

    /// <summary>All ways have been gone.</summary>
    protected abstract void Close(long now);

    /// <summary>Marks the end; the last report follows.</summary>
    protected void Finish()
    {
        IsFinished = true;
        ForgetAll();
    }

    /// <summary>Counts a query beside those of the ways.</summary>
    protected void CountQuery()
    {
        _more++;
        Queries++;
    }

    protected int CopyRegion(Action<Candidate> take, int most)
    {
        var inCharge = _first?.CopyRegion(take, most) ?? 0;
        return inCharge + (_second?.CopyRegion(take, most) ?? 0);
    }

    protected bool AreWeInCharge() => (_first?.AreWeInCharge() ?? false) || (_second?.AreWeInCharge() ?? false) || (_first is null && _second is null);

    protected void OfferRest(long now)
    {
        _first?.OfferRest(now);
        _second?.OfferRest(now);
    }

    private void ForgetAll()
    {
        if (_first is not null)
            ground.Querier.Transactions.Forget(_first);
        if (_second is not null)
            ground.Querier.Transactions.Forget(_second);
    }
}
