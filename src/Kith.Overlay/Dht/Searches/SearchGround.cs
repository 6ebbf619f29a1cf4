using Kith.Overlay.Dht.Serving;

namespace Kith.Overlay.Dht.Searches;

/// <summary>What searches stand on.</summary>
internal sealed class SearchGround(OwnNode own, NodeBook book, Querier querier, ItemStore items, PeerStore peers)
{
    // One for each family: their nodes need not stand equally dense.
    private readonly Density[] _density = new Density[2];

    public OwnNode Own => own;

    public NodeBook Book => book;

    public Querier Querier => querier;

    public ItemStore Items => items;

    public PeerStore Peers => peers;

    public ref Density DensityOf(bool isIPv4) => ref _density[isIPv4 ? 0 : 1];

    /// <summary>
    /// The distance (its first 64 bits) within which nodes are in charge of a key: the greater of what searches have found and of what stands around our own id. Whoever crowds one key,
    /// or us, makes neither less.
    /// </summary>
    public ulong RadiusOf(bool isIPv4)
    {
        Span<NodeEntry> closest = stackalloc NodeEntry[SearchLimits.Region];
        var table = isIPv4 ? book.Table4 : book.Table6;
        var here = table.FindClosest(own.Id, closest, forOthers: false) == SearchLimits.Region ? (closest[^1].Id ^ own.Id).High : 0;
        return Math.Max(here, _density[isIPv4 ? 0 : 1].Median);
    }
}
