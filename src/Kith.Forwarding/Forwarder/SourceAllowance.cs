using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kith.Forwarding.Forwarder;

/// <summary>How many packets are taken of one source and of all, before anything is spent on them: buckets of one second's worth. Sources beyond those that are counted share one bucket.</summary>
internal sealed class SourceAllowance(int rate, int sourceRate, int maxSources)
{
    private const int Second = 1_000;

    private readonly Dictionary<ulong, Bucket> _sources = [];
    private Bucket _all = new(rate);
    private Bucket _others = new(sourceRate);
    private long _swept;

    /// <summary>Sources counted one by one.</summary>
    public int Sources => _sources.Count;

    /// <summary>Whether the source may send another.</summary>
    public bool MayTake(long now, ulong source)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_sources, source);
        if (!Unsafe.IsNullRef(ref known))
            return TryTake(ref known, now, sourceRate);
        Sweep(now);
        if (_sources.Count >= maxSources)
            return TryTake(ref _others, now, sourceRate);
        _sources.Add(source, default);
        ref var bucket = ref CollectionsMarshal.GetValueRefOrNullRef(_sources, source);
        bucket = new Bucket(sourceRate) { At = now };
        return TryTake(ref bucket, now, sourceRate);
    }

    /// <summary>Whether there is room for another from anybody.</summary>
    public bool MayTakeAny(long now) => TryTake(ref _all, now, rate);

    // A source that was silent for a second has all of its allowance again: nothing is lost by forgetting it.
    private void Sweep(long now)
    {
        if (_sources.Count < maxSources || Math.Abs(now - _swept) < Second)
            return;
        _swept = now;
        foreach (var (source, bucket) in _sources)
        {
            if (Math.Abs(now - bucket.At) >= Second)
                _sources.Remove(source);
        }
    }

    private static bool TryTake(ref Bucket bucket, long now, int perSecond)
    {
        // A clock that was set back takes nothing away and gives nothing.
        var elapsed = Math.Clamp(now - bucket.At, 0, Second);
        bucket.Left = Math.Min(perSecond, bucket.Left + ((double)elapsed * perSecond / Second));
        bucket.At = now;
        if (bucket.Left < 1)
            return false;
        bucket.Left -= 1;
        return true;
    }

    private struct Bucket(double left)
    {
        public double Left = left;
        public long At;
    }
}
