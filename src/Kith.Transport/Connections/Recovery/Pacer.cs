namespace Kith.Transport.Connections.Recovery;

/// <summary>
/// Spreads a window over a round trip (RFC 9002 section 7.7): a bucket that fills at a little more than the window's rate and holds what timers cannot be
/// finer than, so that fast paths send whole trains of datagrams at once. Below two milliseconds of round trip nothing is held back.
/// </summary>
internal sealed class Pacer
{
    private const double Gain = 1.25; // RFC 9002 section 7.7
    private const double SlowStartGain = 2;
    private const double Rounding = 0.5; // bytes: what arithmetic may lose must not cost another wait
    private const int BurstDatagrams = LossBasedController.InitialDatagrams;
    private static readonly TimeSpan BurstTime = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(1);

    private double _rate; // bytes per tick; 0 for no pacing
    private double _bucket;
    private double _tokens;
    private TimeSpan _filledAt;

    /// <summary>What one burst may have, bytes.</summary>
    public long Burst => (long)_bucket;

    /// <summary>The window or the round trip has changed.</summary>
    public void Adapt(TimeSpan now, long window, TimeSpan smoothed, bool isInSlowStart, int datagramSize)
    {
        var wasPacing = _rate > 0;
        if (wasPacing)
            Fill(now);
        _rate = smoothed < BurstTime ? 0 : (isInSlowStart ? SlowStartGain : Gain) * window / smoothed.Ticks;
        _bucket = Math.Max((double)BurstDatagrams * datagramSize, _rate * BurstTime.Ticks);
        if (!wasPacing)
            (_tokens, _filledAt) = (_bucket, now);
    }

    /// <summary>Whether so many bytes may go now; if not, when to ask again.</summary>
    public bool MaySend(TimeSpan now, int bytes, out TimeSpan at)
    {
        at = now;
        if (_rate == 0)
            return true;
        if (_tokens >= bytes)
            return true;
        Fill(now);
        // A datagram as large as the bucket must still be able to go.
        var needed = Math.Min(bytes, _bucket);
        if (_tokens >= needed - Rounding)
            return true;
        at = now + TimeSpan.FromTicks(Math.Max((long)Math.Ceiling((needed - _tokens) / _rate), LeastWait.Ticks));
        return false;
    }

    /// <summary>So many bytes went: what could not wait (probes) too, and is then waited for afterwards.</summary>
    public void Sent(int bytes) => _tokens = Math.Max(_tokens - bytes, -_bucket);

    private void Fill(TimeSpan now)
    {
        _tokens = Math.Min(_bucket, _tokens + (_rate * (now - _filledAt).Ticks));
        _filledAt = now;
    }
}
