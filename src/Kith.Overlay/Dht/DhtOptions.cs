namespace Kith.Overlay.Dht;

/// <summary>How a DHT node behaves.</summary>
public sealed record DhtOptions
{
    /// <summary>The bucket sizes of a node: those far from the own id hold more, which spares hops. From the seventeenth on, among the closest of a million, sixteen: so a chance crowd of neighbours does not split the table deeper than twenty.</summary>
    public static IReadOnlyList<int> WideBuckets { get; } = [128, 64, 32, 16, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 16];

    /// <summary>BEP 5's eight, and the same sixteen deep down: for simulations, where a million tables stand in one memory.</summary>
    public static IReadOnlyList<int> NarrowBuckets { get; } = [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 16];

    /// <summary>The networks that this node is on: between nodes of one private network, or on loopback, the rules about prefixes and BEP 42's ids are lifted.</summary>
    public OwnNetworks Networks { get; init; } = OwnNetworks.Unknown;

    /// <summary>Begins in read-only mode (BEP 43): asks, and is not asked.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The id to begin with; drawn when null. A known external address that it does not fit (BEP 42) replaces it.</summary>
    public NodeId? Id { get; init; }

    /// <summary>Nodes a bucket holds, from the farthest bucket on.</summary>
    public IReadOnlyList<int> BucketSizes { get; init; } = WideBuckets;

    /// <summary>Whether the table is kept fresh by itself (searches near the own id and in quiet buckets, pings of nodes not heard for long). A simulation of many nodes may do without.</summary>
    public bool Upkeep { get; init; } = true;
}
