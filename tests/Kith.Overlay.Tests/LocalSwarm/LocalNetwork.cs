using Kith.Overlay;
using Kith.Wire;

namespace Kith.LocalSwarm;

/// <summary>Real nodes on 127.0.0.1 in this process, all of which came in by the first one.</summary>
internal sealed class LocalNetwork : IAsyncDisposable
{
    /// <summary>Nodes that join side by side.</summary>
    private const int Joining = 10;

    private readonly List<LocalNode> _nodes = [];
    private readonly List<LocalNode> _gone = [];
    private readonly OverlayOptions? _options;

    private LocalNetwork(OverlayOptions? options) => _options = options;

    /// <summary>The nodes that are there, the entry point first.</summary>
    public IReadOnlyList<LocalNode> Nodes => _nodes;

    /// <summary>The entry point.</summary>
    public Endpoint Entry => _nodes[0].Endpoint;

    /// <summary>Starts a network: each node joins by the first one, some at a time, and is waited for until it knows others.</summary>
    public static async Task<LocalNetwork> StartAsync(int nodes, OverlayOptions? options = null)
    {
        var network = new LocalNetwork(options);
        network._nodes.Add(LocalNode.Start(null, options));
        while (network._nodes.Count < nodes)
        {
            var joining = Enumerable.Range(0, Math.Min(Joining, nodes - network._nodes.Count)).Select(_ => LocalNode.Start(network.Entry, options)).ToList();
            network._nodes.AddRange(joining);
            // Those that join together may not hear of each other at once.
            var enough = Math.Clamp(network._nodes.Count - Joining, 1, Joining);
            await Task.WhenAll(joining.Select(node => node.UntilAsync(view => view.Nodes >= enough)));
        }

        return network;
    }

    /// <summary>One more node, which joins by the entry point.</summary>
    public async Task<LocalNode> JoinAsync()
    {
        var node = LocalNode.Start(Entry, _options);
        _nodes.Add(node);
        var enough = Math.Clamp(_nodes.Count - Joining, 1, Joining);
        await node.UntilAsync(view => view.Nodes >= enough);
        return node;
    }

    /// <summary>A share of the nodes vanishes without a word, spread evenly; the entry point and the last <paramref name="spared"/> stay.</summary>
    public async Task VanishAsync(int oneIn, int spared)
    {
        var vanishing = _nodes.Where((_, index) => index % oneIn == oneIn / 2 && index < _nodes.Count - spared).ToList();
        _gone.AddRange(vanishing);
        _nodes.RemoveAll(vanishing.Contains);
        await Task.WhenAll(vanishing.Select(node => node.VanishAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }
}
