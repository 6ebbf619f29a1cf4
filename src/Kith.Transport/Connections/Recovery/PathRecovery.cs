namespace Kith.Transport.Connections.Recovery;

/// <summary>What is known of one path: round trip, congestion window, pacing, datagram size, and what is on its way there (RFC 9002; RFC 9000 sections 9.4 and 14.3).</summary>
internal sealed class PathRecovery
{
    /// <summary>The longest wait for a probe timeout, however often it was doubled: a path that comes back is noticed.</summary>
    public static readonly TimeSpan LongestProbeWait = TimeSpan.FromSeconds(10);

    private const int MostDoublings = 10;
    private const int TimeoutsBeforeBase = 2;
    private const int FullWithin = 3; // datagrams
    private const int LostKept = 3; // probe timeouts

    private readonly RttEstimator _rtt = new(ConnectionLimits.MaxAckDelay);
    private readonly Cubic _congestion = new(PathMtu.Base);
    private readonly Pacer _pacer = new();
    private readonly PathMtu _mtu;
    private readonly LostPackets _lost = new();
    private Reordering _reordering;

    // The most that was in flight in this round trip and in the last one: whether the window is in use (RFC 9002 section 7.8).
    private long _most;
    private long _lastMost;
    private TimeSpan _roundEnd;

    public PathRecovery(int datagramLimit) => _mtu = new PathMtu(datagramLimit);

    public RttEstimator Rtt => _rtt;

    /// <summary>Null before the first sample.</summary>
    public TimeSpan? Smoothed => _rtt.HasSample ? _rtt.Smoothed : null;

    /// <summary>The largest datagram to be sent, bytes. After two probe timeouts small ones go, in case only large ones vanish.</summary>
    public int DatagramSize => IsUniform || Timeouts >= TimeoutsBeforeBase ? PathMtu.Base : _mtu.Size;

    /// <summary>Datagrams stay at the base and no larger ones are tried, so that nothing can be told by their size (<see cref="ConnectionLimits.UniformDatagram"/>).</summary>
    public bool IsUniform
    {
        get;
        set
        {
            if (field == value)
                return;
            field = value;
            _congestion.DatagramSize = value ? PathMtu.Base : _mtu.Size;
        }
    }

    public long BytesInFlight { get; private set; }

    public long Window => _congestion.Window;

    /// <summary>Probe timeouts in a row.</summary>
    public int Timeouts { get; set; }

    public TimeSpan? LastElicitingSent { get; private set; }

    /// <summary>Packets on their way that ask for an acknowledgement.</summary>
    public int ElicitingInFlight { get; private set; }

    /// <summary>When the next packet may count as lost by its age.</summary>
    public TimeSpan? LossTime { get; set; }

    public long LargestAcknowledged { get; set; } = -1;

    /// <summary>The packet with the datagram-size probe under way; -1 when there is none.</summary>
    public long ProbeNumber => _mtu.ProbeNumber;

    /// <summary>The probe timeout without back-off (RFC 9002 section 6.2.1).</summary>
    public TimeSpan ProbeTimeout => _rtt.ProbeTimeout;

    /// <summary>When the probe timeout is due; null while nothing waits.</summary>
    public TimeSpan? ProbeAt
    {
        get
        {
            if (LastElicitingSent is not { } sent || ElicitingInFlight == 0)
                return null;
            var wait = ProbeTimeout * (1 << Math.Min(Timeouts, MostDoublings));
            return sent + (wait < LongestProbeWait ? wait : LongestProbeWait);
        }
    }

    /// <summary>A packet that was sent longer ago, with a later one acknowledged, is lost.</summary>
    public TimeSpan LossDelay => _rtt.LossDelay(_reordering.Eighths);

    /// <summary>A packet is lost when one with a number that much higher was acknowledged.</summary>
    public int PacketThreshold => _reordering.Packets;

    /// <summary>The lowest number of those taken for lost that may still turn out to have arrived; <see cref="long.MaxValue"/> for none.</summary>
    public long FirstLost => _lost.First;

    public bool HasRoom => BytesInFlight + DatagramSize <= Window;

    /// <summary>Whether the pacer lets a packet go, and if not, when.</summary>
    public bool MayPace(TimeSpan now, out TimeSpan at) => _pacer.MaySend(now, DatagramSize, out at);

    public void Sent(TimeSpan now, int bytes)
    {
        LastElicitingSent = now;
        BytesInFlight += bytes;
        ElicitingInFlight++;
        _pacer.Sent(bytes);
        if (now >= _roundEnd)
            (_lastMost, _most, _roundEnd) = (_most, 0, now + _rtt.Smoothed);
        _most = Math.Max(_most, BytesInFlight);
    }

    /// <summary>A round trip by a packet that was sent at a time; the acknowledgement came after a delay that the other side tells.</summary>
    public void Sample(TimeSpan now, TimeSpan sentAt, TimeSpan ackDelay)
    {
        _rtt.Sample(now, now - sentAt, ackDelay);
        _congestion.Sampled(now, sentAt, now - sentAt);
        Adapt(now);
    }

    /// <summary>Without a sample yet: the round trip is no longer than since this time.</summary>
    public void Assume(TimeSpan now, TimeSpan since) => _rtt.Assume(now - since);

    /// <summary>A packet that asked for it was acknowledged.</summary>
    public void Acknowledged(TimeSpan now, long number, TimeSpan sentAt, int bytes)
    {
        Forget(bytes);
        if (number == _mtu.ProbeNumber)
        {
            _mtu.ProbeArrived();
            _congestion.DatagramSize = IsUniform ? PathMtu.Base : _mtu.Size;
        }
        else
        {
            _mtu.Arrived(number, bytes);
        }

        _congestion.Acknowledged(now, sentAt, bytes, IsWindowInUse(), _rtt.Smoothed);
        Adapt(now);
    }

    /// <summary>A packet that asked for an acknowledgement was lost.</summary>
    public void Lost(TimeSpan now, long number, TimeSpan sentAt, int bytes)
    {
        Forget(bytes);
        if (number == _mtu.ProbeNumber)
        {
            _mtu.ProbeLost(); // too large, not too much (RFC 9000 section 14.4)
            return;
        }

        if (_mtu.Lost(number, bytes))
            _congestion.DatagramSize = _mtu.Size;
        var begins = _congestion.Lost(now, sentAt);
        if (begins)
            _reordering.PeriodBegan();
        _lost.Add(new LostPackets.Packet(number, sentAt, now, bytes), begins, now - (LostKept * ProbeTimeout));
        Adapt(now);
    }

    /// <summary>
    /// An ACK has these numbers: what was taken for lost of them was late. The path may be that late from now on, and the window is given back once nothing of what shrank it was a loss.
    /// </summary>
    public void AcknowledgedLate(TimeSpan now, long start, long end)
    {
        while (_lost.TryTake(start, end, out var packet, out var isPeriodUndone))
        {
            _reordering.Seen(LargestAcknowledged - packet.Number, 8 * ((now - packet.SentAt) / _rtt.Smoothed));
            _mtu.Arrived(packet.Number, packet.Size);
            if (!isPeriodUndone)
                continue;
            _congestion.Undo(now);
            Adapt(now);
        }
    }

    /// <summary>Persistent congestion (RFC 9002 section 7.6.2).</summary>
    public void Collapse(TimeSpan now)
    {
        _congestion.Collapse();
        _rtt.RenewLeast();
        Adapt(now);
    }

    /// <summary>A packet is not waited for any more, for reasons that say nothing of the path.</summary>
    public void Forget(int bytes)
    {
        BytesInFlight -= bytes;
        ElicitingInFlight--;
    }

    /// <summary>The same, by number: the probe of a datagram's size would otherwise be waited for.</summary>
    public void Abandon(long number, int bytes)
    {
        Forget(bytes);
        if (number == _mtu.ProbeNumber)
            _mtu.ProbeLost();
    }

    /// <summary>Whether a larger datagram is to be tried now, and how large.</summary>
    public bool WantsProbe(TimeSpan now, out int size)
    {
        size = 0;
        return !IsUniform && _rtt.HasSample && Timeouts == 0 && _mtu.WantsProbe(now, out size);
    }

    public void ProbeSent(long number, int size) => _mtu.ProbeSent(number, size);

    private bool IsWindowInUse()
    {
        var most = Math.Max(_most, _lastMost);
        return _congestion.IsInSlowStart ? 2 * most > Window : most + ((long)FullWithin * DatagramSize) >= Window;
    }

    private void Adapt(TimeSpan now)
    {
        if (_rtt.HasSample)
            _pacer.Adapt(now, Window, _rtt.Smoothed, _congestion.IsInSlowStart, DatagramSize);
    }
}
