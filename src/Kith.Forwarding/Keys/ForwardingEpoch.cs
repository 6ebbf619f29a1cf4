namespace Kith.Forwarding.Keys;

/// <summary>Epochs of forwarding keys: days of UTC, counted from 1970.</summary>
public static class ForwardingEpoch
{
    /// <summary>How long an epoch lasts, milliseconds (specification).</summary>
    public const long Length = 24 * 60 * 60 * 1000L;

    /// <summary>The epoch of a time.</summary>
    /// <param name="now">Unix milliseconds.</param>
    public static int At(long now) => (int)Math.Clamp(Math.DivRem(now, Length).Quotient, 0, int.MaxValue - 2);

    /// <summary>When an epoch begins, unix milliseconds.</summary>
    public static long Start(int epoch) => epoch * Length;
}
