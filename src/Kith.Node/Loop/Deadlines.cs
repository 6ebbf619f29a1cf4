namespace Kith.Node.Loop;

/// <summary>Times at which something is due: unix milliseconds, null for never.</summary>
internal static class Deadlines
{
    /// <summary>The earlier of two.</summary>
    public static long? Earlier(long? left, long? right) => left is null ? right : right is null ? left : Math.Min(left.Value, right.Value);
}
