namespace Kith.Delivery.Routes;

/// <summary>Lets a burst through, then one each pause. For one thread, or under its owner's lock.</summary>
internal sealed class TokenBucket(int burst, TimeSpan pause, TimeProvider time)
{
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now) / pause));
        _filledAt = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
