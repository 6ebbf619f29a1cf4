namespace Kith.Transport.Connections.Recovery;

/// <summary>The round trip of one path, from what its acknowledgements tell (RFC 9002 section 5).</summary>
/// <param name="maxAckDelay">Within this each side acknowledges.</param>
internal sealed class RttEstimator(TimeSpan maxAckDelay)
{
    /// <summary>What is assumed before the first sample (RFC 9002 section 6.2.2).</summary>
    public static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(333);

    /// <summary>What timers can be relied on for (RFC 9002 section 6.1.2).</summary>
    public static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(1);

    private const int PersistentCongestionThreshold = 3; // RFC 9002 section 7.6.1

    private bool _renewLeast;

    /// <summary>Whether there was a sample.</summary>
    public bool HasSample { get; private set; }

    /// <summary>When the first one was taken.</summary>
    public TimeSpan FirstSampleAt { get; private set; } = TimeSpan.MaxValue;

    public TimeSpan Latest { get; private set; }

    /// <summary>The least; <see cref="TimeSpan.MaxValue"/> before the first sample.</summary>
    public TimeSpan Least { get; private set; } = TimeSpan.MaxValue;

    public TimeSpan Smoothed { get; private set; } = Initial;

    public TimeSpan Variation { get; private set; } = Initial / 2;

    /// <summary>A packet that was sent longer ago than so many eighths of the round trip, with a later one acknowledged, is lost (RFC 9002 section 6.1.2).</summary>
    public TimeSpan LossDelay(int eighths) => Max(Max(Smoothed, Latest) * eighths / 8, Granularity);

    /// <summary>The probe timeout without back-off (RFC 9002 section 6.2.1).</summary>
    public TimeSpan ProbeTimeout => Smoothed + Max(4 * Variation, Granularity) + maxAckDelay;

    /// <summary>Losses that span this long, with nothing acknowledged between, are persistent congestion (RFC 9002 section 7.6.1).</summary>
    public TimeSpan PersistentCongestion => ProbeTimeout * PersistentCongestionThreshold;

    /// <summary>
    /// The round trip is at most so long: an answer came, though it is not known to which copy of what was sent. Until there is a sample timers go by that and not by <see cref="Initial"/>, where it is less
    /// (RFC 9002 section 6.2.2 lets what is known take its place).
    /// </summary>
    public void Assume(TimeSpan atMost)
    {
        if (HasSample || atMost >= Smoothed)
            return;
        Smoothed = Max(atMost, Granularity);
        Variation = Smoothed / 2;
    }

    /// <summary>Takes a sample: an ACK's largest packet was new and at least one new one asked for it (RFC 9002 section 5.1).</summary>
    /// <param name="now">The time of arrival.</param>
    /// <param name="latest">Since that packet was sent.</param>
    /// <param name="ackDelay">How long the other side says that it waited.</param>
    public void Sample(TimeSpan now, TimeSpan latest, TimeSpan ackDelay)
    {
        Latest = latest;
        if (!HasSample)
        {
            HasSample = true;
            FirstSampleAt = now;
            Least = Smoothed = latest;
            Variation = latest / 2;
            return;
        }

        Least = _renewLeast ? latest : Min(Least, latest);
        _renewLeast = false;
        // Section 5.3: a delay above what was agreed is the network's or a liar's, and none may take the sample below the least.
        ackDelay = Min(ackDelay, maxAckDelay);
        var adjusted = latest >= Least + ackDelay ? latest - ackDelay : latest;
        Variation = (Variation * 3 / 4) + ((Smoothed - adjusted).Duration() / 4);
        Smoothed = (Smoothed * 7 / 8) + (adjusted / 8);
    }

    /// <summary>The path may have changed: the least comes from the next sample (RFC 9002 section 5.2).</summary>
    public void RenewLeast() => _renewLeast = true;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
