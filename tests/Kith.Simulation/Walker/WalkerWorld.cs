using Kith.Overlay;
using Kith.Overlay.Walker;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Walker;

/// <summary>A network of walkers and what tests do with it.</summary>
internal sealed class WalkerWorld(ulong seed, LinkQuality? quality = null)
{
    public SimulatedNetwork Network { get; } = new(seed, quality);

    public List<SimulatedNode<WalkerCore>> Walkers { get; } = [];

    public SimulatedNode<WalkerCore> Add(SimulatedNat? nat = null)
    {
        var node = nat is null ? Network.Add(Make) : Network.AddBehind(nat, Make);
        Walkers.Add(node);
        return node;
    }

    /// <summary>Adds nodes of which so many in a hundred are behind NATs of each kind, one to three at each.</summary>
    public void AddMixed(int count)
    {
        const int PublicOfTen = 3;
        SimulatedNat? nat = null;
        var room = 0;
        for (var i = 0; i < count; i++)
        {
            if (i % 10 < PublicOfTen)
            {
                Add();
                continue;
            }

            if (room-- <= 0)
            {
                nat = Network.AddNat((NatKind)Network.Random.NextBelow(4), new NatOptions { Hairpin = Network.Random.NextBelow(2) == 0 });
                room = Network.Random.NextBelow(3);
            }

            Add(nat);
        }
    }

    /// <summary>Introduces a node to an entry point.</summary>
    public static void Enter(SimulatedNode<WalkerCore> node, SimulatedNode entry) => node.Do((core, now) => core.Introduce(now, entry.Address));

    /// <summary>The nodes that one knows to be there now, by their ids.</summary>
    public IEnumerable<string> ActivePeers(SimulatedNode<WalkerCore> node) =>
        node.Core.Peers().Where(peer => Network.Now - peer.LastSeen < PeerTable.Timeout && peer.Id.Length > 0).Select(peer => peer.Id);

    public bool Knows(SimulatedNode<WalkerCore> node, SimulatedNode<WalkerCore> other) => ActivePeers(node).Contains(other.Core.PeerId);

    /// <summary>How many nodes can be reached from the first by going from peer to peer.</summary>
    public int Connected()
    {
        var byId = Walkers.ToDictionary(node => node.Core.PeerId);
        var seen = new HashSet<string> { Walkers[0].Core.PeerId };
        var next = new Queue<string>(seen);
        while (next.TryDequeue(out var id))
        {
            foreach (var peer in ActivePeers(byId[id]))
            {
                if (byId.ContainsKey(peer) && seen.Add(peer))
                    next.Enqueue(peer);
            }
        }

        return seen.Count;
    }

    public static WalkerCore Make(SimulatedNode node) => new(new WalkerOptions(new OwnNetworks([node.Address])), node, node.Random);
}
