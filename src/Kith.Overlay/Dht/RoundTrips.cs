namespace Kith.Overlay.Dht;

/// <summary>
/// How long answers take here, as TCP reckons it (RFC 6298 section 2), and what follows for a query: when it has stalled, so that another node is asked beside it, and when it is given
/// up. Fixed point, an eighth of a millisecond.
/// </summary>
internal struct RoundTrips
{
    /// <summary>No query counts as stalled sooner.</summary>
    public const int LeastStall = 8;

    /// <summary>Every query counts as stalled by then, and does until the first answer has been measured.</summary>
    public const int MostStall = 1000;

    /// <summary>No query is given up sooner: a late answer is an answer.</summary>
    public const int LeastTimeout = 1500;

    /// <summary>Every query is given up by then.</summary>
    public const int MostTimeout = 5000;

    private const int One = 8;
    private const int TimeoutStalls = 8;

    private int _smoothed;
    private int _variation;
    private bool _isMeasured;

    public void Add(long milliseconds)
    {
        var sample = (int)Math.Min(milliseconds, MostTimeout) * One;
        if (!_isMeasured)
        {
            (_smoothed, _variation, _isMeasured) = (sample, sample / 2, true);
            return;
        }

        _variation += (Math.Abs(sample - _smoothed) - _variation) / 4;
        _smoothed += (sample - _smoothed) / 8;
    }

    /// <summary>Milliseconds until a query has stalled.</summary>
    /// <param name="own">The node's own last round trip, or null.</param>
    public readonly int Stall(ushort? own)
    {
        if (!_isMeasured)
            return MostStall;
        var usual = own is { } last ? last * One * 2 : _smoothed;
        return Math.Clamp((usual + (4 * _variation)) / One, LeastStall, MostStall);
    }

    /// <summary>Milliseconds until it is given up.</summary>
    public static int Timeout(int stall) => Math.Clamp(stall * TimeoutStalls, LeastTimeout, MostTimeout);
}
