namespace Kith.Transport.Connections.Recovery;

/// <summary>
/// Finds the largest datagram that a path takes (DPLPMTUD: RFC 8899, RFC 9000 section 14.3). It begins at 1200, which the handshake has proved, tries the sizes
/// that networks have, then halves what is left below an Ethernet frame. Probes that are lost say nothing about congestion.
/// </summary>
/// <param name="limit">The largest that may be tried, bytes.</param>
internal sealed class PathMtu(int limit)
{
    /// <summary>BASE_PLPMTU (RFC 9000 section 14.1).</summary>
    public const int Base = 1200;

    /// <summary>MAX_PROBES (RFC 8899 section 5.1.2).</summary>
    public const int MaxProbes = 3;

    /// <summary>Packets above the base, sent after the last one that arrived, that are lost before the path counts as a black hole (RFC 8899 section 4.3).</summary>
    public const int BlackHoleLosses = 4;

    /// <summary>PMTU_RAISE_TIMER (RFC 8899 section 5.1.1).</summary>
    public static readonly TimeSpan RaiseAfter = TimeSpan.FromMinutes(10);

    private const int EthernetDatagram = 1452; // 1500 less the headers of IPv6 and UDP
    private const int Precision = 16; // the search ends within this, bytes
    private static readonly int[] Sizes = [1280, 1372, 1420, EthernetDatagram, 4096, 8952];

    private int _refused = int.MaxValue; // the least size that did not pass
    private int _probeSize;
    private int _failures;
    private int _losses;
    private long _largestArrived = -1;
    private TimeSpan? _raiseAt;

    /// <summary>The largest size that may pass, bytes.</summary>
    public int Limit { get; } = Math.Max(limit, Base);

    /// <summary>The largest that is known to pass, bytes.</summary>
    public int Size { get; private set; } = Base;

    /// <summary>The number of the packet with the probe under way; -1 when there is none.</summary>
    public long ProbeNumber { get; private set; } = -1;

    /// <summary>Whether a probe is to be sent now, and how large it is.</summary>
    public bool WantsProbe(TimeSpan now, out int size)
    {
        size = 0;
        if (ProbeNumber >= 0)
            return false;
        if (_raiseAt <= now)
            (_refused, _raiseAt, _failures) = (int.MaxValue, null, 0);
        if (_raiseAt is not null || Size >= Limit)
            return false;
        size = Next();
        if (size > Size)
            return true;
        _raiseAt = now + RaiseAfter; // SEARCH_COMPLETE (RFC 8899 section 5.2)
        return false;
    }

    public void ProbeSent(long number, int size) => (ProbeNumber, _probeSize) = (number, size);

    /// <summary>The probe arrived.</summary>
    public void ProbeArrived()
    {
        _largestArrived = Math.Max(_largestArrived, ProbeNumber);
        (ProbeNumber, _failures, _losses) = (-1, 0, 0);
        Size = Math.Max(Size, _probeSize);
    }

    /// <summary>The probe was lost, or could not be sent.</summary>
    public void ProbeLost()
    {
        ProbeNumber = -1;
        if (++_failures < MaxProbes)
            return;
        _failures = 0;
        _refused = Math.Min(_refused, _probeSize);
    }

    /// <summary>A packet that was no probe arrived.</summary>
    public void Arrived(long number, int bytes)
    {
        if (bytes <= Base || number <= _largestArrived)
            return;
        _largestArrived = number;
        _losses = 0;
    }

    /// <summary>A packet that was no probe was lost; true when only small ones pass any more, and <see cref="Size"/> is the base again.</summary>
    public bool Lost(long number, int bytes)
    {
        // What was lost before something of this size arrived is congestion.
        if (bytes <= Base || Size <= Base || number <= _largestArrived || ++_losses < BlackHoleLosses)
            return false;
        Size = Base;
        (_losses, _failures, _refused, _raiseAt) = (0, 0, int.MaxValue, null);
        return true;
    }

    private int Next()
    {
        if (_refused == int.MaxValue || Size < Sizes[0])
        {
            foreach (var size in Sizes)
            {
                if (size > Size && size < Limit && size < _refused)
                    return size;
            }

            if (Limit < _refused)
                return Limit;
        }

        var high = Math.Min(_refused, Limit);
        return Size >= EthernetDatagram || high - Size <= Precision ? 0 : Size + ((high - Size) / 2);
    }
}
