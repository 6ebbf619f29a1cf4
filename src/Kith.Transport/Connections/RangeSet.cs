namespace Kith.Transport.Connections;

/// <summary>A set of byte offsets as ordered ranges that neither overlap nor touch. What comes in order stays one range; look-ups are by halving.</summary>
internal sealed class RangeSet
{
    private const int FirstCapacity = 4;

    private (ulong Start, ulong End)[] _ranges = [];

    /// <summary>How many ranges there are.</summary>
    public int Count { get; private set; }

    /// <summary>Each range, its end exclusive.</summary>
    public (ulong Start, ulong End) this[int index] => _ranges[index];

    /// <summary>Adds a range; returns how many offsets were not there before.</summary>
    public ulong Add(ulong start, ulong end)
    {
        if (start >= end)
            return 0;
        // The first range that ends at or after the start may touch it.
        var low = FirstEndingAt(start);
        var high = low;
        var present = 0UL;
        var (mergedStart, mergedEnd) = (start, end);
        while (high < Count && _ranges[high].Start <= end)
        {
            present += Math.Min(end, _ranges[high].End) - Math.Min(Math.Max(start, _ranges[high].Start), Math.Min(end, _ranges[high].End));
            mergedStart = Math.Min(mergedStart, _ranges[high].Start);
            mergedEnd = Math.Max(mergedEnd, _ranges[high].End);
            high++;
        }

        if (high == low)
            Insert(low);
        else if (high - low > 1)
            RemoveRange(low + 1, high - low - 1);
        _ranges[low] = (mergedStart, mergedEnd);
        return end - start - present;
    }

    /// <summary>Takes a range out.</summary>
    public void Remove(ulong start, ulong end)
    {
        if (start >= end)
            return;
        var index = FirstEndingAt(start + 1);
        while (index < Count && _ranges[index].Start < end)
        {
            var (from, to) = _ranges[index];
            if (from < start && to > end)
            {
                Insert(index);
                _ranges[index] = (from, start);
                _ranges[index + 1] = (end, to);
                return;
            }

            if (from < start)
                _ranges[index++] = (from, start);
            else if (to > end)
                _ranges[index++] = (end, to);
            else
                RemoveRange(index, 1);
        }
    }

    /// <summary>Takes out, between two offsets, what another set has.</summary>
    public void RemoveAllOf(RangeSet other, ulong start, ulong end)
    {
        for (var i = other.FirstEndingAt(start); i < other.Count && other[i].Start < end; i++)
            Remove(Math.Max(start, other[i].Start), Math.Min(end, other[i].End));
    }

    /// <summary>The first run between two offsets that is not there; false when all is.</summary>
    public bool TryNextMissing(ulong start, ulong end, out ulong from, out ulong to)
    {
        (from, to) = (start, end);
        var index = FirstEndingAt(start + 1);
        if (index < Count && _ranges[index].Start <= from)
            from = _ranges[index++].End;
        if (index < Count)
            to = Math.Min(end, _ranges[index].Start);
        return from < to;
    }

    /// <summary>Whether every offset is there.</summary>
    public bool Contains(ulong start, ulong end)
    {
        var index = FirstEndingAt(start);
        if (index < Count && _ranges[index].End == start)
            index++;
        return start >= end || (index < Count && _ranges[index].Start <= start && _ranges[index].End >= end);
    }

    public void Clear()
    {
        _ranges = [];
        Count = 0;
    }

    // The index of the first range whose end is at or after the offset.
    private int FirstEndingAt(ulong offset)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].End < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Insert(int index)
    {
        if (Count == _ranges.Length)
            Array.Resize(ref _ranges, Math.Max(FirstCapacity, 2 * Count));
        Array.Copy(_ranges, index, _ranges, index + 1, Count - index);
        Count++;
    }

    private void RemoveRange(int index, int count)
    {
        Array.Copy(_ranges, index + count, _ranges, index, Count - index - count);
        Count -= count;
        if (Count == 0)
            _ranges = [];
    }
}
