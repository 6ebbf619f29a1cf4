namespace Kith.Transport.Connections.Recovery;

/// <summary>
/// Packets taken for lost, for as long as they may still turn out to have arrived: once that is so of all of a recovery period, there was no loss in it. Bounded: what is forgotten counts as lost.
/// </summary>
internal sealed class LostPackets
{
    /// <summary>Packets remembered.</summary>
    private const int Most = 512;

    private readonly List<Packet> _packets = []; // by number
    private int _period;
    private int _open; // lost in this period and not seen since

    /// <summary>The lowest number remembered; <see cref="long.MaxValue"/> when there is none.</summary>
    public long First => _packets.Count == 0 ? long.MaxValue : _packets[0].Number;

    /// <summary>A packet was lost.</summary>
    /// <param name="packet">It.</param>
    /// <param name="beginsPeriod">It began a recovery period.</param>
    /// <param name="forgetBefore">Those lost before are not waited for any more.</param>
    public void Add(Packet packet, bool beginsPeriod, TimeSpan forgetBefore)
    {
        if (beginsPeriod)
            (_period, _open) = (_period + 1, 0);
        _open++;
        var old = 0;
        while (old < _packets.Count && _packets[old].LostAt < forgetBefore)
            old++;
        if (_packets.Count - old >= Most)
            old = _packets.Count - Most + 1;
        _packets.RemoveRange(0, old);
        _packets.Insert(IndexOf(packet.Number), packet with { Period = _period });
    }

    /// <summary>Takes out the first of a range of numbers that have arrived; false when there is none.</summary>
    /// <param name="start">The first number of the range.</param>
    /// <param name="end">The number after the last one.</param>
    /// <param name="packet">What was known of it.</param>
    /// <param name="isPeriodUndone">With it all that were lost in this recovery period have arrived.</param>
    public bool TryTake(long start, long end, out Packet packet, out bool isPeriodUndone)
    {
        (packet, isPeriodUndone) = (default, false);
        var at = IndexOf(start);
        if (at == _packets.Count || _packets[at].Number >= end)
            return false;
        packet = _packets[at];
        _packets.RemoveAt(at);
        isPeriodUndone = packet.Period == _period && --_open == 0;
        return true;
    }

    // Where the number is or would be.
    private int IndexOf(long number)
    {
        var (low, high) = (0, _packets.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_packets[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>A packet taken for lost.</summary>
    public readonly record struct Packet(long Number, TimeSpan SentAt, TimeSpan LostAt, int Size)
    {
        /// <summary>The recovery period that it was lost in.</summary>
        public int Period { get; init; }
    }
}
