namespace Kith.Node.Loop;

/// <summary>
/// Unix milliseconds that never go back, for pauses: planned by the time of day they would last until the old time has come again, once that is set back. Where the time of day is ahead (the machine slept, or it was set ahead) they go
/// with it. For several threads.
/// </summary>
internal sealed class EvenClock(TimeProvider time)
{
    /// <summary>A time of day that was set back by less than this is as it was, milliseconds: a deadline may come so much later then.</summary>
    public const long Least = 1_000;

    private readonly Lock _gate = new();
    private readonly long _ticks = time.GetTimestamp();
    private long _begin = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _behind; // the time of day, of this

    /// <summary>Unix milliseconds; never less than before.</summary>
    public long Now()
    {
        lock (_gate)
            return Go();
    }

    /// <summary>What the time of day will be when that comes, as the loop's timer goes by it. The same for the same, whenever it is asked, unless the clock was set.</summary>
    /// <param name="due">By this clock; null for never.</param>
    public long? Wall(long? due)
    {
        if (due is null)
            return null;
        lock (_gate)
        {
            Go();
            return due - _behind;
        }
    }

    private long Go()
    {
        var now = _begin + (long)time.GetElapsedTime(_ticks).TotalMilliseconds;
        var ahead = time.GetUtcNow().ToUnixTimeMilliseconds() - now;
        if (ahead >= 0)
        {
            _begin += ahead;
            _behind = 0;
            return now + ahead;
        }

        // Never less behind than said: what was due at once would be asked for again and again.
        if (-ahead < _behind || -ahead >= _behind + Least)
            _behind = -ahead;
        return now;
    }
}
