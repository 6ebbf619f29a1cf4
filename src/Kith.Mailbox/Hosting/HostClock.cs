namespace Kith.Mailbox.Hosting;

/// <summary>
/// The two clocks of a mailbox. Everything that is due is due by one that goes on evenly and never back, whatever is done to the wall's: unix milliseconds as the wall clock said them at the start. How far
/// the wall clock is ahead of it is told apart; periods, expiries and what is signed go by that.
/// </summary>
internal sealed class HostClock(TimeProvider time)
{
    /// <summary>A wall clock that moved by less is as it was, milliseconds.</summary>
    public const long Least = 1_000;

    private readonly long _begin = time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly long _ticks = time.GetTimestamp();

    /// <summary>Unix milliseconds; never less than before.</summary>
    public long Now() => _begin + (long)time.GetElapsedTime(_ticks).TotalMilliseconds;

    /// <summary>How far the wall clock is ahead of that, milliseconds; where it has moved by less than <see cref="Least"/>, what it was before.</summary>
    /// <param name="now">What <see cref="Now"/> has said.</param>
    /// <param name="before">How far it was ahead.</param>
    public long Ahead(long now, long before)
    {
        var ahead = time.GetUtcNow().ToUnixTimeMilliseconds() - now;
        return Math.Abs(ahead - before) < Least ? before : ahead;
    }
}
