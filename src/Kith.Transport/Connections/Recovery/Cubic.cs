namespace Kith.Transport.Connections.Recovery;

/// <summary>CUBIC (RFC 9438): after a loss the window returns to where it was along a cubic curve of time, and never grows slower than Reno would.</summary>
internal sealed class Cubic(int datagramSize) : LossBasedController(datagramSize)
{
    private const double C = 0.4; // RFC 9438 section 5: segments per second cubed
    private const double Beta = 0.7; // section 4.6
    private const double RenoAlpha = 3 * (1 - Beta) / (1 + Beta); // section 4.3
    private const double MostGrowth = 1.5; // section 4.2: in one round trip

    private double _most; // W_max, bytes
    private double _prior; // cwnd_prior: the window before it was cut
    private double _reno; // W_est
    private double _k; // seconds until the curve is back at W_max
    private bool _hasEpoch;
    private bool _wasCollapsed;
    private TimeSpan _epoch;
    private TimeSpan? _unusedSince;

    protected override double Reduce(double window)
    {
        // Section 4.7, fast convergence: whoever did not get back to the last maximum makes room for others.
        _most = window < _most ? window * (1 + Beta) / 2 : window;
        _prior = window;
        _hasEpoch = false;
        _wasCollapsed = false;
        return window * Beta;
    }

    protected override void Collapsed()
    {
        _hasEpoch = false;
        _wasCollapsed = true;
    }

    protected override void Unused(TimeSpan now) => _unusedSince ??= _hasEpoch ? now : null;

    protected override void Avoid(TimeSpan now, int bytes, TimeSpan smoothed)
    {
        if (!_hasEpoch)
            BeginEpoch(now);
        else if (_unusedSince is { } since)
            _epoch += now - since; // section 5.8: the curve stands still while the window is not used
        _unusedSince = null;

        var window = Exact;
        var acknowledged = bytes / window; // in windows
        var elapsed = (now - _epoch).TotalSeconds;
        _reno += (_reno >= _prior ? 1 : RenoAlpha) * DatagramSize * acknowledged;
        if (Curve(elapsed) < _reno)
        {
            Exact = Math.Max(window, _reno); // section 4.3, the region where Reno is faster
            return;
        }

        var target = Math.Clamp(Curve(elapsed + smoothed.TotalSeconds), window, MostGrowth * window);
        Exact = window + ((target - window) * acknowledged); // sections 4.4 and 4.5
    }

    private void BeginEpoch(TimeSpan now)
    {
        _hasEpoch = true;
        _epoch = now;
        // Section 4.8, and a slow start that no loss ended: the curve begins flat, here.
        if (_wasCollapsed || _most < Exact)
            _most = Exact;
        _wasCollapsed = false;
        _k = Math.Cbrt((_most - Exact) / DatagramSize / C); // section 4.2, figure 2
        _reno = Exact;
    }

    // Section 4.2, figure 1, in bytes.
    private double Curve(double seconds)
    {
        var t = seconds - _k;
        return (C * t * t * t * DatagramSize) + _most;
    }
}
