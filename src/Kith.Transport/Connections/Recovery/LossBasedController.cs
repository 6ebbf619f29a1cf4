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

    public void Lost(TimeSpan now, TimeSpan sentAt)
    {
        if (_hadLoss && sentAt <= _recoveryStart)
            return; // lost before the window was cut, or in the same round trip
        _hadLoss = true;
        _inRecovery = true;
        _recoveryStart = now;
        var reduced = Reduce(_window);
        Exact = reduced;
        Threshold = Window;
    }

    public void Collapse()
    {
        _window = LeastWindow;
        _inRecovery = false; // RFC 9002 appendix B.8
        _recoveryStart = TimeSpan.MinValue;
        Collapsed();
    }

    /// <summary>The window after a loss.</summary>
    protected abstract double Reduce(double window);

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
}
