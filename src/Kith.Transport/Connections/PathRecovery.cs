namespace Kith.Transport.Connections;

/// <summary>Round trip, congestion window, pacing and datagram size of one path (RFC 9002 sections 5 to 7; RFC 9000 section 14.3).</summary>
internal sealed class PathRecovery
{
    /// <summary>RFC 9002 section 6.2.2.</summary>
    public static readonly TimeSpan InitialRoundTrip = TimeSpan.FromMilliseconds(333);

    private static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(1);
    private static readonly int[] ProbeSizes = [1280, 1372, 1452, 4096, 8952, ConnectionLimits.MaxDatagram];

    private readonly int _limit;
    private long _window;
    private long _threshold = long.MaxValue;
    private TimeSpan _recoveryStart = TimeSpan.MinValue;
    private TimeSpan _variance = InitialRoundTrip / 2;
    private double _tokens;
    private TimeSpan _tokensAt;
    private int _probeIndex;
    private int _probeFailures;

    public PathRecovery(int datagramLimit)
    {
        _limit = datagramLimit;
        _window = InitialWindow;
    }

    public TimeSpan? Smoothed { get; private set; }

    public TimeSpan Latest { get; private set; }

    public TimeSpan Least { get; private set; } = TimeSpan.MaxValue;

    /// <summary>The largest datagram known to pass, bytes.</summary>
    public int DatagramSize { get; private set; } = ConnectionLimits.MinInitialDatagram;

    public long BytesInFlight { get; private set; }

    public long Window => _window;

    /// <summary>Probe timeouts in a row.</summary>
    public int Timeouts { get; set; }

    public TimeSpan? LastElicitingSent { get; private set; }

    /// <summary>Packets on their way that ask for an acknowledgement.</summary>
    public int ElicitingInFlight { get; private set; }

    /// <summary>When the next packet may count as lost by its age.</summary>
    public TimeSpan? LossTime { get; set; }

    public long LargestAcknowledged { get; set; } = -1;

    /// <summary>The packet with the datagram-size probe under way; -1 when there is none.</summary>
    public long ProbeNumber { get; private set; } = -1;

    private int ProbeSize => _probeIndex < ProbeSizes.Length ? Math.Min(ProbeSizes[_probeIndex], _limit) : 0;

    private long InitialWindow => Math.Min(10L * DatagramSize, Math.Max(14720, 2L * DatagramSize));

    private long MinimumWindow => 2L * DatagramSize;

    /// <summary>RFC 9002 section 6.2.1.</summary>
    public TimeSpan ProbeTimeout => (Smoothed ?? InitialRoundTrip) + Max(4 * _variance, Granularity) + ConnectionLimits.MaxAckDelay;

    /// <summary>When the probe timeout is due; null while nothing waits.</summary>
    public TimeSpan? ProbeAt => LastElicitingSent is { } sent && ElicitingInFlight > 0
        ? sent + Min(ProbeTimeout * (1 << Math.Min(Timeouts, 10)), TimeSpan.FromSeconds(10))
        : null;

    /// <summary>A packet lost for longer than this is lost (RFC 9002 section 6.1.2).</summary>
    public TimeSpan LossDelay => Max(Max(Smoothed ?? InitialRoundTrip, Latest) * 9 / 8, Granularity);

    public bool HasRoom => BytesInFlight + DatagramSize <= _window;

    /// <summary>So many bytes more would not fill the window.</summary>
    public bool HasRoomFor(int bytes) => BytesInFlight + bytes <= _window;

    /// <summary>Whether the pacer lets a packet go (RFC 9002 section 7.7), and if not, when.</summary>
    public bool MayPace(TimeSpan now, out TimeSpan at)
    {
        at = now;
        if (Smoothed is not { } rtt || rtt < 2 * Granularity)
            return true;
        var rate = 1.25 * _window / rtt.TotalSeconds;
        if (_threshold == long.MaxValue)
            rate *= 1.6;
        var burst = Math.Max(10.0 * DatagramSize, rate * 0.002);
        _tokens = Math.Min(burst, _tokens + (rate * (now - _tokensAt).TotalSeconds));
        _tokensAt = now;
        if (_tokens >= DatagramSize)
            return true;
        at = now + TimeSpan.FromSeconds(Math.Max((DatagramSize - _tokens) / rate, 0.0005));
        return false;
    }

    public void Sent(TimeSpan now, int bytes, bool eliciting)
    {
        if (!eliciting)
            return;
        LastElicitingSent = now;
        BytesInFlight += bytes;
        ElicitingInFlight++;
        _tokens -= bytes;
    }

    public void Sample(TimeSpan latest, TimeSpan ackDelay)
    {
        Latest = latest;
        Least = Min(Least, latest);
        if (Smoothed is not { } smoothed)
        {
            Smoothed = latest;
            _variance = latest / 2;
            return;
        }

        var adjusted = latest - Least >= ackDelay ? latest - ackDelay : latest;
        _variance = (_variance * 3 / 4) + ((smoothed - adjusted).Duration() / 4);
        Smoothed = (smoothed * 7 / 8) + (adjusted / 8);
    }

    public void Acknowledged(TimeSpan sentAt, int bytes, bool wasFull)
    {
        Forget(bytes);
        if (sentAt <= _recoveryStart || !wasFull)
            return;
        _window += _window < _threshold ? bytes : Math.Max(1, (long)DatagramSize * bytes / _window);
    }

    public void Lost(TimeSpan now, TimeSpan sentAt, int bytes)
    {
        Forget(bytes);
        if (sentAt <= _recoveryStart)
            return;
        _recoveryStart = now;
        _threshold = Math.Max(_window * 7 / 10, MinimumWindow);
        _window = _threshold;
    }

    /// <summary>Nothing arrived for long (RFC 9002 section 7.6).</summary>
    public void Collapse() => _window = MinimumWindow;

    public void Forget(int bytes)
    {
        BytesInFlight -= bytes;
        ElicitingInFlight--;
    }

    /// <summary>Whether a larger datagram is to be tried now, and how large.</summary>
    public bool WantsProbe(out int size)
    {
        while (ProbeSize > 0 && ProbeSize <= DatagramSize)
            _probeIndex = DatagramSize >= _limit ? ProbeSizes.Length : _probeIndex + 1;
        size = ProbeSize;
        return size > DatagramSize && ProbeNumber < 0 && Smoothed is not null;
    }

    public void ProbeSent(long number) => ProbeNumber = number;

    public void ProbeDone(bool passed)
    {
        var size = ProbeSize;
        ProbeNumber = -1;
        if (passed)
        {
            var grown = size - DatagramSize;
            DatagramSize = size;
            _window = Math.Max(_window, Math.Min(_window + (10L * grown), 10L * size));
            _probeFailures = 0;
        }
        else if (++_probeFailures >= 3)
        {
            _probeIndex = ProbeSizes.Length;
        }
    }

    /// <summary>What passed before does not any more: back to what always must.</summary>
    public void ShrinkDatagram()
    {
        DatagramSize = ConnectionLimits.MinInitialDatagram;
        _probeIndex = 0;
        _probeFailures = 2;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
