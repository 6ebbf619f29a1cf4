namespace Kith.Overlay.Knock;

/// <summary>So many at once, and then one each so often.</summary>
/// <param name="burst">How many at once.</param>
/// <param name="interval">Milliseconds for one more.</param>
internal sealed class Allowance(int burst, long interval)
{
    private long _spent;

    /// <summary>Takes one, if there is one left.</summary>
    /// <param name="now">Unix milliseconds.</param>
    public bool TryTake(long now)
    {
        // The time up to which everything is spent: it runs ahead of the clock by as much as was taken (a leaky bucket).
        var spent = Math.Max(_spent, now - (burst * interval));
        if (spent + interval > now)
            return false;
        _spent = spent + interval;
        return true;
    }
}
