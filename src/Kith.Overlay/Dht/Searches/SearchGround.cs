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
}
