using Kith.Overlay;
using Kith.Overlay.Host;
using Kith.Overlay.Nat;
using Kith.Overlay.Rendezvous;
using Kith.Overlay.Swarm;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Simulation.Nat;

/// <summary>Whole overlay nodes with sockets beside their ports, as NATs are observed with.</summary>
internal sealed class NatWorld(ulong seed, LinkQuality? quality = null, SwarmKey? swarm = null)
{
    public SimulatedNetwork Network { get; } = new(seed, quality);

    public List<SimulatedNode<OverlayCore>> Nodes { get; } = [];

    /// <summary>Makes what a node says; null for what is true.</summary>
    public Func<SimulatedNode, IDatagramSink, IDatagramSink>? Lies { get; set; }

    /// <summary>Gives each node a key of its own, so that it registers with introducers; null for none.</summary>
    public Func<SimulatedNode, TransportIdentity>? Identities { get; set; }

    /// <summary>Adds a node that enters at the first public ones, and starts it.</summary>
    public SimulatedNode<OverlayCore> Add(SimulatedNat? nat = null)
    {
        const int Entries = 4;
        var entries = Nodes.Where(node => node.Nat is null).Take(Entries).Select(node => node.Address.ToString()).ToArray();
        var lies = Lies;
        SimulatedSockets? sockets = null;
        OverlayCore Make(SimulatedNode node)
        {
            sockets = new SimulatedSockets(node, hasAlternate: true);
            return new OverlayCore(
                new OverlayOptions { EntryPoints = entries, LocalNetwork = false, Mainline = false, Swarm = swarm, Identity = Identities?.Invoke(node) },
                node.Address.Port, new OwnNetworks([node.Address]), lies?.Invoke(node, node) ?? node, new Outside(sockets), node.Random, Network.Now);
        }

        var node = nat is null ? Network.Add(Make) : Network.AddBehind(nat, Make);
        sockets!.Owner = node;
        Nodes.Add(node);
        node.Do((core, now) => core.Start(now));
        return node;
    }

    /// <summary>Adds so many public nodes, a few at a time.</summary>
    public void AddPublic(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Add();
            Network.Run(200);
        }
    }

    private sealed class Outside(SimulatedSockets sockets) : IOutside
    {
        public INatSockets NatSockets => sockets;

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
