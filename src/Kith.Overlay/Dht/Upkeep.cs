using Kith.Crypto;
using Kith.Overlay.Dht.Searches;

namespace Kith.Overlay.Dht;

/// <summary>Fills the routing table at the start, and keeps it fresh (BEP 5): little at a time, so that an idle node sends less than a hundred bytes a second.</summary>
internal sealed class Upkeep(OwnNode own, NodeBook book, SearchBoard board, SearchGround ground, IRandom random, bool isLasting)
{
    /// <summary>Milliseconds between two pings of the node heard longest ago.</summary>
    public const int PingEvery = 5000;

    /// <summary>Seconds in which a node was heard that need not be pinged.</summary>
    public const int HeardLately = 5 * 60;

    /// <summary>Milliseconds between two looks at the buckets.</summary>
    public const int LookEvery = 60 * 1000;

    /// <summary>Seconds after which a bucket in which nothing changed is searched (BEP 5: 15 minutes).</summary>
    public const int QuietSeconds = 15 * 60;

    /// <summary>Searches for one bucket while the table is being filled.</summary>
    public const int MostFills = 6;

    /// <summary>With fewer nodes in the table each new one is a new beginning.</summary>
    public const int FewNodes = 8;

    // A bucket that gains less from a search is left as it is.
    private const int LeastGain = 3;

    private bool _isFilling;
    private int _bucket;
    private int _fills;
    private int _before;
    private long _nextPing = long.MaxValue;
    private long _nextLook = long.MaxValue;

    public long NextDeadline => Math.Min(_nextPing, _nextLook);

    /// <summary>Somebody whom we were told to ask is there: where few are known, a table is filled from it.</summary>
    public void Found(long now, KnownNode node)
    {
        if (!_isFilling && book.Count <= FewNodes)
            Fill(now, node);
    }

    /// <summary>Somebody is known: from now on there is something to keep.</summary>
    public void Begin(long now)
    {
        if (!isLasting || _nextPing != long.MaxValue)
            return;
        _nextPing = now + PingEvery + random.NextInt32(PingEvery);
        _nextLook = now + LookEvery + random.NextInt32(LookEvery);
    }

    /// <summary>Looks for the nodes around our own id, then for some in each bucket.</summary>
    public void Fill(long now, KnownNode? start = null)
    {
        _isFilling = true;
        board.Start(now, new NodeSearch(own.Id, ground, (then, _) =>
        {
            _bucket = book.Table4.Depth - 1;
            _fills = 0;
            _before = book.Count;
            FillNext(then);
        }), start);
    }

    public void Tick(long now)
    {
        if (now >= _nextPing)
        {
            _nextPing = now + PingEvery;
            Refresh(now, book.Table4);
            Refresh(now, book.Table6);
        }

        if (now < _nextLook)
            return;
        _nextLook = now + LookEvery;
        Search(now, book.Table4);
        Search(now, book.Table6);
    }

    private void Refresh(long now, RoutingTable table)
    {
        if (table.Count > 0 && table.TryFindStalest(now, HeardLately, out var stalest))
            _ = book.Check(now, stalest);
    }

    private void Search(long now, RoutingTable table)
    {
        if (table.Count == 0)
            return;
        var seconds = RoutingTable.Seconds(now);
        var quiet = -1;
        for (var i = 0; i < table.Depth; i++)
        {
            var since = seconds - table.Buckets[i].ChangedAt;
            if (since >= QuietSeconds && (quiet < 0 || since > seconds - table.Buckets[quiet].ChangedAt))
                quiet = i;
        }

        if (quiet < 0)
            return;
        table.Buckets[quiet].ChangedAt = seconds;
        var target = quiet == table.Depth - 1 ? own.Id : SomewhereIn(quiet);
        board.Start(now, new NodeSearch(target, ground, static (_, _) => { }));
    }

    private void FillNext(long now)
    {
        var table = book.Table4.Count >= book.Table6.Count ? book.Table4 : book.Table6;
        _bucket = Math.Min(_bucket, table.Depth - 1);
        var gained = book.Count - _before;
        if (_fills > 0 && (gained < LeastGain || _fills == MostFills))
            (_bucket, _fills) = (_bucket - 1, 0);
        while (_bucket >= 0 && table.Buckets[_bucket].Count >= table.SizeOf(_bucket))
            (_bucket, _fills) = (_bucket - 1, 0);
        if (_bucket < 0)
        {
            _isFilling = false;
            return;
        }

        _fills++;
        _before = book.Count;
        board.Start(now, new NodeSearch(SomewhereIn(_bucket), ground, (then, _) => FillNext(then)));
    }

    // A random id in the range of a bucket: shares so many bits with ours, and not the next.
    private NodeId SomewhereIn(int bucket)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size], ours = stackalloc byte[NodeId.Size];
        random.Fill(bytes);
        own.IdBytes.CopyTo(ours);
        var whole = bucket / 8;
        ours[..whole].CopyTo(bytes);
        var mask = 0xFF >> (bucket % 8);
        var bit = 0x80 >> (bucket % 8);
        bytes[whole] = (byte)((ours[whole] & ~mask) | (~ours[whole] & bit) | (bytes[whole] & mask & ~bit));
        _ = NodeId.TryRead(bytes, out var id);
        return id;
    }
}
