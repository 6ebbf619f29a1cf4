using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

/// <summary>Some DHT nodes in a simulated network, which know each other through the first.</summary>
internal sealed class DhtNetwork
{
    private const long Settling = 15_000;
    private const int Tries = 4;

    public DhtNetwork(int nodes, bool isLocal = false, ulong seed = 1, LinkQuality? quality = null)
    {
        Network = new SimulatedNetwork(seed, quality ?? LinkQuality.Perfect);
        IsLocal = isLocal;
        for (var i = 0; i < nodes; i++)
            _ = Add();
        // Who was not heard asks again, as whoever starts a node does.
        for (var tries = 0; tries < Tries; tries++)
        {
            Network.Run(Settling);
            foreach (var lost in Nodes.Where(node => node.Core.Table.Count == 0 && Nodes.Count > 1))
                lost.Do((core, now) => core.Ping(now, Nodes[lost == Nodes[0] ? 1 : 0].Address));
        }
    }

    public SimulatedNetwork Network { get; }

    public bool IsLocal { get; }

    public List<SimulatedNode<DhtCore>> Nodes { get; } = [];

    public SimulatedNode<DhtCore> this[int index] => Nodes[index];

    public SimulatedNode<DhtCore> Add(bool isReadOnly = false)
    {
        var address = IsLocal ? Endpoint.FromIPv4(0x7F00_0001, (ushort)(10_000 + Nodes.Count)) : (Endpoint?)null;
        var options = new DhtOptions { Networks = IsLocal ? OwnNetworks.Loopback : OwnNetworks.Unknown, IsReadOnly = isReadOnly };
        var node = Network.Add(self => new DhtCore(options, self, self.Random), address);
        node.Do((core, now) =>
        {
            core.SetExternalAddress(now, node.Address);
            if (Nodes.Count > 0)
                core.Ping(now, Nodes[0].Address);
        });
        Nodes.Add(node);
        return node;
    }

    /// <summary>Puts an item and waits for the end.</summary>
    public PutResult Put(SimulatedNode<DhtCore> node, DhtItem item, long? cas = null, bool republish = false)
    {
        PutResult? result = null;
        node.Do((core, now) => core.Put(now, item, cas, done => result = done, republish));
        Assert.True(Network.RunUntil(() => result is not null, 30_000));
        return result!;
    }

    /// <summary>All reports of a get, the last of which is the end.</summary>
    public List<GetProgress> Get(SimulatedNode<DhtCore> node, DhtTarget target)
    {
        List<GetProgress> reports = [];
        node.Do((core, now) => core.Get(now, target, reports.Add));
        Assert.True(Network.RunUntil(() => reports.Count > 0 && reports[^1].IsFinished, 30_000));
        return reports;
    }
}
