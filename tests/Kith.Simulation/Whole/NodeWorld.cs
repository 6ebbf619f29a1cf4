using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Host;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Whole;

/// <summary>Whole overlay nodes, all their cores together as the program runs them, in one simulated network.</summary>
internal sealed class NodeWorld(ulong seed, LinkQuality quality)
{
    private const int EntryPoints = 3;

    public SimulatedNetwork Network { get; } = new(seed, quality);

    public List<SimulatedNode<OverlayCore>> Nodes { get; } = [];

    /// <summary>Adds a node that knows some public nodes as its entry points, and starts it.</summary>
    public SimulatedNode<OverlayCore> Add(SimulatedNat? nat = null)
    {
        var entries = Nodes.Where(node => node.Nat is null).Take(EntryPoints).Select(node => node.Address.ToString()).ToArray();
        OverlayCore Make(SimulatedNode node) => new(
            new OverlayOptions { EntryPoints = entries, LocalNetwork = false, Mainline = false },
            node.Address.Port, new OwnNetworks([node.Address]), node, Nowhere.Instance, node.Random, Network.Now);
        var node = nat is null ? Network.Add(Make) : Network.AddBehind(nat, Make);
        Nodes.Add(node);
        node.Do((core, now) => core.Start(now));
        return node;
    }

    public SimulatedNat? AnyNat() => Network.Random.NextBelow(2) == 0 ? null : Network.AddNat((NatKind)Network.Random.NextBelow(4));

    /// <summary>A node goes to another network: another address, another NAT or none.</summary>
    public void Move(SimulatedNode<OverlayCore> node)
    {
        var nat = AnyNat();
        node.Move(nat is null ? Network.Addresses.NextPublic() : Network.Addresses.NextPrivate(), nat);
        node.Do((core, now) => core.NetworkChanged(now, new OwnNetworks([node.Address])));
    }

    /// <summary>Where the world sees a node: its own address, or that of its NAT.</summary>
    public static Endpoint Outside(SimulatedNode node) => node.Nat?.Outside ?? node.Address;

    private sealed class Nowhere : IOutside
    {
        public static Nowhere Instance { get; } = new();

        public void SendMulticast(ReadOnlySpan<byte> datagram)
        {
        }

        public void Resolve(int id, string host)
        {
        }

        public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message)
        {
        }

        public void Knocked(FindSecret secret, Contactable content, long madeAt)
        {
        }
    }
}
