namespace Kith.Transport.Connections.Recovery;

/// <summary>CUBIC (RFC 9438): after a loss the window returns to where it was along a cubic curve of time, and never grows slower than Reno would.</summary>
internal sealed class Cubic(int datagramSize) : LossBasedController(datagramSize)
{
    private const double C = 0.4; // RFC 9438 section 5: segments per second cubed
    private const double Beta = 0.7; // section 4.6
    private const double RenoAlpha = 3 * (1 - Beta) / (1 + Beta); // section 4.3
    private const double MostGrowth = 1.5; // section 4.2: in one round trip

    private State _state;
    private State _before; // the last loss

    protected override double Reduce(double window)
    {
        _before = _state;
        // Section 4.7, fast convergence: whoever did not get back to the last maximum makes room for others.
        _state.Most = window < _state.Most ? window * (1 + Beta) / 2 : window;
        _state.Prior = window;
        _state.HasEpoch = false;
        _state.WasCollapsed = false;
        return window * Beta;
    }

    // Section 4.9.2; the curve goes on from where it was left.
    protected override void Restore(TimeSpan since)
    {
        _state = _before;
        _state.Epoch += since;
        _state.UnusedSince += since; // so that what follows is not counted twice
    }

    protected override void Collapsed()
    {
        _state.HasEpoch = false;
        _state.WasCollapsed = true;
    }

    protected override void Unused(TimeSpan now) => _state.UnusedSince ??= _state.HasEpoch ? now : null;

    protected override void Avoid(TimeSpan now, int bytes, TimeSpan smoothed)
    {
        if (!_state.HasEpoch)
            BeginEpoch(now);
        else if (_state.UnusedSince is { } since)
            _state.Epoch += now - since; // section 5.8: the curve stands still while the window is not used
        _state.UnusedSince = null;

        var window = Exact;
        var acknowledged = bytes / window; // in windows
        var elapsed = (now - _state.Epoch).TotalSeconds;
        _state.Reno += (_state.Reno >= _state.Prior ? 1 : RenoAlpha) * DatagramSize * acknowledged;
        if (Curve(elapsed) < _state.Reno)
        {
            Exact = Math.Max(window, _state.Reno); // section 4.3, the region where Reno is faster
            return;
        }

        var target = Math.Clamp(Curve(elapsed + smoothed.TotalSeconds), window, MostGrowth * window);
        Exact = window + ((target - window) * acknowledged); // sections 4.4 and 4.5
    }

    private void BeginEpoch(TimeSpan now)
    {
        _state.HasEpoch = true;
        _state.Epoch = now;
        // Section 4.8, and a slow start that no loss ended: the curve begins flat, here.
        if (_state.WasCollapsed || _state.Most < Exact)
            _state.Most = Exact;
        _state.WasCollapsed = false;
        _state.K = Math.Cbrt((_state.Most - Exact) / DatagramSize / C); // section 4.2, figure 2
        _state.Reno = Exact;
    }

    // Section 4.2, figure 1, in bytes.
    private double Curve(double seconds)
    {
        var t = seconds - _state.K;
        return (C * t * t * t * DatagramSize) + _state.Most;
    }

    private struct State
    {
        public double Most; // W_max, bytes
        public double Prior; // cwnd_prior: the window before it was cut
        public double Reno; // W_est
        public double K; // seconds until the curve is back at W_max
        public bool HasEpoch;
        public bool WasCollapsed;
        public TimeSpan Epoch;
        public TimeSpan? UnusedSince;
    }
}
