namespace Kith.Overlay.Relay;

/// <summary>Lets so much through a second, and at once what two seconds give; what comes beyond is refused. Held by value: nothing is allocated for one.</summary>
/// <param name="perSecond">How much a second.</param>
/// <param name="burst">How much at once.</param>
internal struct RateMeter(long perSecond, long burst)
{
    private const long Milliseconds = 1000;

    // In thousandths: what a millisecond gives is the rate itself.
    private long _spent;
    private long _at;

    /// <summary>Takes as much, if there is as much left.</summary>
    /// <param name="now">Milliseconds; a clock that goes back counts as one that stands.</param>
    /// <param name="amount">How much.</param>
    public bool TryTake(long now, long amount)
    {
        var passed = Math.Clamp(now - _at, 0, (burst * Milliseconds / perSecond) + 1);
        _at = Math.Max(_at, now);
        _spent = Math.Max(0, _spent - (passed * perSecond));
        if (_spent + (amount * Milliseconds) > burst * Milliseconds)
            return false;
        _spent += amount * Milliseconds;
        return true;
    }
}
