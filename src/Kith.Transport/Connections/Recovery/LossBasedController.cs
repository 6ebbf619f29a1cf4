namespace Kith.Transport.Connections.Recovery;

/// <summary>What NewReno and CUBIC share: slow start, recovery periods, and the least window (RFC 9002 section 7).</summary>
internal abstract class LossBasedController : ICongestionController
{
    /// <summary>RFC 9002 section 7.2.</summary>
    public const int InitialDatagrams = 10;

    /// <summary>The same, for large datagrams.</summary>
    public const int InitialBytes = 14720;

    /// <summary>RFC 9002 section 7.2.</summary>
    public const int LeastDatagrams = 2;

    private double _window;
    private bool _hadLoss;
    private bool _inRecovery;
    private TimeSpan _recoveryStart;
    private HyStart _hyStart;
    private State? _before; // what the last loss changed

    protected LossBasedController(int datagramSize)
    {
        DatagramSize = datagramSize;
        _window = InitialWindow;
    }

    public long Window => (long)_window;

    public long Threshold { get; private set; } = long.MaxValue;

    public bool IsInSlowStart => Window < Threshold;

    public int DatagramSize
    {
        get;
        set
        {
            field = value;
            // RFC 9002 section 7.2: the initial window follows the size.
            _window = Math.Max(_window, _hadLoss ? LeastWindow : InitialWindow);
        }
    }

    protected double Exact
    {
        get => _window;
        set => _window = Math.Max(value, LeastWindow);
    }

    private double InitialWindow => Math.Min((double)InitialDatagrams * DatagramSize, Math.Max(InitialBytes, LeastWindow));

    private double LeastWindow => (double)LeastDatagrams * DatagramSize;

    public void Sampled(TimeSpan now, TimeSpan sentAt, TimeSpan roundTrip)
    {
        // RFC 9406 section 4.2: only before the first loss.
        if (Threshold == long.MaxValue && _hyStart.Sampled(now, sentAt, roundTrip))
            Threshold = Window;
    }

    public void Acknowledged(TimeSpan now, TimeSpan sentAt, int bytes, bool wasFull, TimeSpan smoothed)
    {
        if (_inRecovery && sentAt <= _recoveryStart)
            return; // RFC 9002 section 7.3.2: the window stays until something sent in recovery arrives
        _inRecovery = false;
        if (!wasFull)
            Unused(now);
        else if (IsInSlowStart)
            _window += (double)bytes / (Threshold == long.MaxValue ? _hyStart.Divisor : 1);
        else
            Avoid(now, bytes, smoothed);
    }

    public bool Lost(TimeSpan now, TimeSpan sentAt)
    {
        if (_hadLoss && sentAt <= _recoveryStart)
            return false; // lost before the window was cut, or in the same round trip
        _before = new State(_window, Threshold, _hadLoss, _recoveryStart);
        _hadLoss = true;
        _inRecovery = true;
        _recoveryStart = now;
        var reduced = Reduce(_window);
        Exact = reduced;
        Threshold = Window;
        return true;
    }

    public void Undo(TimeSpan now)
    {
        if (_before is not { } before)
            return;
        Restore(now - _recoveryStart);
        Exact = Math.Max(_window, before.Window);
        Threshold = before.Threshold;
        _hadLoss = before.HadLoss;
        _inRecovery = false;
        _recoveryStart = before.RecoveryStart;
        _before = null;
    }

    public void Collapse()
    {
        _window = LeastWindow;
        _inRecovery = false; // RFC 9002 appendix B.8
        _recoveryStart = TimeSpan.MinValue;
        _before = null;
        Collapsed();
    }

    /// <summary>The window after a loss. What this changes besides is remembered.</summary>
    protected abstract double Reduce(double window);

    /// <summary>Takes back what the last <see cref="Reduce"/> changed besides the window.</summary>
    /// <param name="since">How long ago that was.</param>
    protected abstract void Restore(TimeSpan since);

    /// <summary>Grows <see cref="Exact"/> outside of slow start.</summary>
    protected abstract void Avoid(TimeSpan now, int bytes, TimeSpan smoothed);

    /// <summary>Something arrived, but the window was not in use.</summary>
    protected virtual void Unused(TimeSpan now)
    {
    }

    /// <summary>The window was collapsed.</summary>
    protected virtual void Collapsed()
    {
    }

    private readonly record struct State(double Window, long Threshold, bool HadLoss, TimeSpan RecoveryStart);
}
