namespace Kith.Mailbox.Passing;

/// <summary>How much those of one prefix have had passed on lately: two buckets that fill with time. For one thread at a time; times are milliseconds.</summary>
/// <param name="rate">Of how many a second.</param>
/// <param name="burst">How many at once.</param>
internal sealed class PassGauge(double rate = PassLimits.Rate, double burst = PassLimits.Burst)
{
    private readonly Dictionary<ulong, Bucket> _buckets = [];

    /// <summary>Takes a pass of so many bytes out of a prefix's share; false when nothing is left of it.</summary>
    public bool TryTake(long now, ulong prefix, long bytes)
    {
        var bucket = Of(now, prefix);
        if (bucket.Passes < 1 || bucket.Bytes <= 0)
            return false;
        bucket.Passes--;
        bucket.Bytes -= bytes;
        return true;
    }

    /// <summary>Counts what came back.</summary>
    public void Charge(long now, ulong prefix, long bytes) => Of(now, prefix).Bytes -= bytes;

    private Bucket Of(long now, ulong prefix)
    {
        if (!_buckets.TryGetValue(prefix, out var bucket))
        {
            if (_buckets.Count >= PassLimits.Prefixes)
                _buckets.Remove(_buckets.MinBy(static one => one.Value.At).Key);
            _buckets.Add(prefix, bucket = new Bucket { At = now, Passes = burst });
        }

        var elapsed = Math.Max(0, now - bucket.At) / 1_000.0;
        bucket.At = Math.Max(bucket.At, now);
        bucket.Passes = Math.Min(burst, bucket.Passes + (elapsed * rate));
        bucket.Bytes = Math.Min(PassLimits.ByteBurst, bucket.Bytes + (elapsed * PassLimits.ByteRate));
        return bucket;
    }

    private sealed class Bucket
    {
        public long At { get; set; }

        public double Passes { get; set; }

        public double Bytes { get; set; } = PassLimits.ByteBurst;
    }
}
