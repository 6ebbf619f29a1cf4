using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>Exponentially distributed waits: how long one has waited already says nothing of how long it still takes, so what leaves a node cannot be tied to what came by the order of the two.</summary>
internal static class RandomDelay
{
    private const int Steps = 1 << 24;

    /// <summary>Draws one of this mean, in its unit; never infinite.</summary>
    public static double Draw(IRandom random, double mean) => -Math.Log((random.NextInt32(Steps) + 1) / (double)(Steps + 1)) * mean;
}
