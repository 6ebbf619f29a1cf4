namespace Kith.Transport.Connections;

/// <summary>A packet on its way that asks for an acknowledgement; the others are not waited for.</summary>
internal struct SentPacket
{
    public ConnectionPath? Path; // null once acknowledged, lost or forgotten
    public TimeSpan SentAt;
    public int Size;
    public bool WasAcknowledged;
}

/// <summary>The packets on their way, by number, in a ring that grows as needed. What an ACK says again costs nothing again.</summary>
internal sealed class PacketBook
{
    private const int FirstCapacity = 16;
    private const int IdleCapacity = 128;

    private const int SkippedKept = 4;

    private readonly RangeSet _acknowledged = new();
    private readonly long[] _skipped = new long[SkippedKept];
    private int _skips;
    private SentPacket[] _ring = [];

    /// <summary>The oldest number that is still open; every one below is done with.</summary>
    public long First { get; private set; }

    /// <summary>The next number.</summary>
    public long Next { get; private set; }

    public ref SentPacket this[long number] => ref _ring[number & (_ring.Length - 1)];

    public void Add(in SentPacket packet)
    {
        if (Next - First == _ring.Length)
        {
            var larger = new SentPacket[Math.Max(FirstCapacity, 2 * _ring.Length)];
            for (var i = First; i < Next; i++)
                larger[i & (larger.Length - 1)] = _ring[i & (_ring.Length - 1)];
            _ring = larger;
        }

        _ring[Next++ & (_ring.Length - 1)] = packet;
    }

    /// <summary>The next number is used by a packet that nobody waits for.</summary>
    public void Pass()
    {
        if (First == Next)
            First = ++Next;
        else
            Add(default);
    }

    /// <summary>The next number is never used: whoever acknowledges it lies (RFC 9000 section 21.4).</summary>
    public void Skip()
    {
        _skipped[_skips++ % SkippedKept] = Next;
        Pass();
    }

    /// <summary>Whether a number was left out between these, of the last few that were.</summary>
    public bool HasSkipped(long from, long to)
    {
        for (var i = 0; i < Math.Min(_skips, SkippedKept); i++)
        {
            if (_skipped[i] >= from && _skipped[i] < to)
                return true;
        }

        return false;
    }

    /// <summary>The next run of numbers in a range of an ACK that was not acknowledged before; false when there is none. Walk with a cursor.</summary>
    public bool TryNextNew(ref long cursor, long end, out long from, out long to)
    {
        cursor = Math.Max(cursor, First);
        from = to = 0;
        if (cursor >= end || !_acknowledged.TryNextMissing((ulong)cursor, (ulong)end, out var start, out var stop))
            return false;
        (from, to) = ((long)start, (long)stop);
        cursor = to;
        return true;
    }

    public void MarkAcknowledged(long from, long to) => _acknowledged.Add((ulong)from, (ulong)to);

    /// <summary>Drops what is done with at the front.</summary>
    public void Trim()
    {
        while (First < Next && this[First].Path is null)
            First++;
        if (_acknowledged.Count > 0 && _acknowledged[0].Start < (ulong)First)
            _acknowledged.Remove(0, (ulong)First);
        if (First == Next && _ring.Length > IdleCapacity)
            _ring = [];
    }
}
