namespace Kith.Transport.Connections.Recovery;

/// <summary>
/// How late a packet may come on a path before it counts as lost: RFC 9002 section 6.1's thresholds, widened by what was seen to come later than they allow, and narrowed again when it does no
/// more, as RFC 8985 does for TCP (sections 6.2 and 7.1).
/// </summary>
internal struct Reordering
{
    private const int LeastPackets = 3; // RFC 9002 section 6.1.1
    private const int LeastEighths = 9; // RFC 9002 section 6.1.2: 9/8 of a round trip
    private const int MostEighths = 16; // RFC 8985 section 6.2, step 4: a round trip more

    /// <summary>From there on the time alone decides.</summary>
    private const int MostPackets = 256;

    /// <summary>RFC 8985 section 6.2, step 4.</summary>
    private const int PeriodsKept = 16;

    private int _packets;
    private int _eighths;
    private int _periods;

    /// <summary>So many later packets that arrived, and one is lost.</summary>
    public readonly int Packets => Math.Max(LeastPackets, _packets);

    /// <summary>One that was sent before so many eighths of a round trip, with a later one acknowledged, is lost.</summary>
    public readonly int Eighths => Math.Max(LeastEighths, _eighths);

    /// <summary>A packet that had been taken for lost has arrived.</summary>
    /// <param name="packets">How many numbers lie between it and the last that arrived.</param>
    /// <param name="eighths">After how many eighths of a round trip.</param>
    public void Seen(long packets, double eighths)
    {
        _packets = (int)Math.Clamp(packets + 1, Packets, MostPackets);
        _eighths = (int)Math.Clamp(Math.Ceiling(eighths), Eighths, MostEighths);
        _periods = 0;
    }

    /// <summary>A recovery period begins: after some without late packets the path is taken for orderly again.</summary>
    public void PeriodBegan()
    {
        if (++_periods >= PeriodsKept)
            this = default;
    }
}
