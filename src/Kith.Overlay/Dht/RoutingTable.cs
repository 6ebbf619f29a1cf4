#pragma warning disable CA1822 // the surface comes before what it does
namespace Kith.Overlay.Dht;

/// <summary>The nodes that we know, in buckets by the distance of their ids to ours (BEP 5, "routing table").</summary>
public sealed class RoutingTable
{
    /// <summary>Nodes known.</summary>
    public int Count { get; private set; }

    /// <summary>Buckets in use.</summary>
    public int Depth { get; private set; }

    /// <summary>At most so many nodes, the ones most likely alive first: to be remembered for the next start.</summary>
    public IReadOnlyList<KnownNode> Sample(int count) => [];
}
