namespace Kith.Overlay.Walker;

/// <summary>Lets so many through at once and so many a second on the average; what comes beyond is refused, not kept.</summary>
internal sealed class RateBucket
{
    private readonly double _burst;
    private readonly double _perSecond;
    private double _left;
    private long _at;

    /// <param name="burst">How many at once.</param>
    /// <param name="perSecond">How many a second.</param>
    public RateBucket(double burst, double perSecond)
    {
        _burst = burst;
        _perSecond = perSecond;
        _left = burst;
    }

    /// <summary>Takes one if there is one.</summary>
    public bool TryTake(long now)
    {
        Refill(now);
        if (_left < 1)
            return false;
        _left--;
        return true;
    }

    /// <summary>Gives one back.</summary>
    public void Return() => _left = Math.Min(_burst, _left + 1);

    private void Refill(long now)
    {
        if (_at != 0)
            _left = Math.Min(_burst, _left + ((now - _at) * _perSecond / 1000));
        _at = now;
    }
}
