namespace Kith.Overlay.Dht.Searches;

/// <summary>
/// How densely nodes stand, by the distance to the last node of the region that each search found: the median of some. A region is as wide as that, however many nodes somebody
/// has put close to a key.
/// </summary>
internal struct Density
{
    private const int Samples = 9;
    private const int LeastSamples = 3;

    private ulong[]? _distances;
    private byte _count;
    private byte _next;

    /// <summary>The median of the distances (their first 64 bits); 0 as long as it is not known.</summary>
    public ulong Median { get; private set; }

    public void Add(NodeId distance)
    {
        _distances ??= new ulong[Samples];
        _distances[_next] = distance.High;
        _next = (byte)((_next + 1) % Samples);
        _count = (byte)Math.Min(_count + 1, Samples);
        if (_count < LeastSamples)
            return;
        Span<ulong> sorted = stackalloc ulong[Samples];
        sorted = sorted[.._count];
        _distances.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        Median = sorted[_count / 2];
    }
}
