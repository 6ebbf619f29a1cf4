namespace Kith.Forwarding.Sending;

/// <summary>How long an acknowledgement takes (RFC 6298). Every attempt has reply blocks of its own, so each answer tells which attempt it is for (no need of Karn's rule). Milliseconds.</summary>
public sealed class RoundTrip
{
    private const double Alpha = 1.0 / 8;
    private const double Beta = 1.0 / 4;
    private const int VarianceFactor = 4;

    private double _variance;

    /// <summary>The smoothed time; null before the first.</summary>
    public double? Smoothed { get; private set; }

    /// <summary>How long an attempt waits for its answer before there is another one.</summary>
    public long Patience => Smoothed is { } smoothed
        ? Math.Clamp((long)Math.Ceiling(smoothed + (VarianceFactor * _variance)), SendingLimits.MinPatience, SendingLimits.MaxPatience)
        : Math.Min(SendingLimits.FirstPatience + Slowness, SendingLimits.MaxPatience);

    /// <summary>By how much longer the first answer is waited for, since packets are asked to wait on their way.</summary>
    public long Slowness { get; set; }

    /// <summary>An answer took so long.</summary>
    public void Take(long time)
    {
        if (Smoothed is { } smoothed)
        {
            // RFC 6298 section 2.3.
            _variance = ((1 - Beta) * _variance) + (Beta * Math.Abs(smoothed - time));
            Smoothed = ((1 - Alpha) * smoothed) + (Alpha * time);
        }
        else
        {
            // Section 2.2.
            Smoothed = time;
            _variance = time / 2.0;
        }
    }
}
