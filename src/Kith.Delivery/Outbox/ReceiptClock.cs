namespace Kith.Delivery.Outbox;

/// <summary>How long receipts of a peer take (the estimator of RFC 6298 section 2), and from it when an item is overdue.</summary>
internal sealed class ReceiptClock
{
    private double _smoothed = -1;
    private double _variation;

    /// <summary>An item that was sent exactly once (Karn's rule) was acknowledged after so many milliseconds.</summary>
    public void Sample(long elapsed)
    {
        if (elapsed < 0)
            return;
        if (_smoothed < 0)
        {
            (_smoothed, _variation) = (elapsed, elapsed / 2.0);
            return;
        }

        _variation = (0.75 * _variation) + (0.25 * Math.Abs(_smoothed - elapsed));
        _smoothed = (0.875 * _smoothed) + (0.125 * elapsed);
    }

    /// <summary>Milliseconds until an item that was sent again <paramref name="attempts"/> times is overdue: doubled each time.</summary>
    public long Timeout(int attempts)
    {
        var first = _smoothed < 0 ? DeliveryLimits.MinTimeout : Math.Max(DeliveryLimits.MinTimeout, (long)(_smoothed + (4 * _variation)));
        return attempts >= 10 ? DeliveryLimits.MaxTimeout : Math.Min(DeliveryLimits.MaxTimeout, first << attempts);
    }
}
