using Kith.Crypto;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;

namespace Kith.Overlay.Tests.Rendezvous;

/// <summary>Publishing and finding on a simulated DHT of two hundred nodes, from a seed.</summary>
public sealed class RendezvousNetworkTests(ITestOutputHelper output)
{
    private const int Count = 200;
    private const long Second = 1000;
    private const int Contacts = 20;

    [Fact]
    public void BothMove_TheyFindEachOtherWithinThreeSeconds() => SimulationRun.Under(seed =>
    {
        var (network, nodes) = Grown(seed);
        using var aliceKey = Ed25519PrivateKey.Generate(network.Random);
        using var bobKey = Ed25519PrivateKey.Generate(network.Random);
        var (alice, bob) = (nodes[7], nodes[91]);
        Publish(alice, aliceKey, 1, "192.0.2.1:1");
        Publish(bob, bobKey, 2, "192.0.2.2:1");
        network.Run(10 * Second);
        Move(network, alice);
        Move(network, bob);
        var moved = network.Now;
        Publish(alice, aliceKey, 1, "192.0.2.1:9");
        Publish(bob, bobKey, 2, "192.0.2.2:9");
        var found = 0;
        void Look(SimulatedNode<FindingCore> by, byte secret, Ed25519PrivateKey maker, string address) => by.Do((core, now) =>
            core.Rendezvous.Find(now, World.Secret(secret), maker.PublicKey, progress =>
            {
                if (progress.Record?.Content.Addresses[0] == address && found < 2)
                    found++;
                else if (progress.IsFinished && found < 2)
                    network.After(1, () => Look(by, secret, maker, address));
            }));
        Look(alice, 2, bobKey, "192.0.2.2:9");
        Look(bob, 1, aliceKey, "192.0.2.1:9");
        Assert.True(network.RunUntil(() => found == 2, 3 * Second), "they did not find each other");
        output.WriteLine($"found after {network.Now - moved} ms");
    });

    [Fact]
    public void TenthOfTheNodesGone_EveryContactIsFound() => SimulationRun.Under(seed =>
    {
        var (network, nodes) = Grown(seed);
        using var maker = Ed25519PrivateKey.Generate(network.Random);
        nodes[0].Do((core, now) => core.Rendezvous.Publish(now, Publications(maker)));
        network.Run(20 * Second);
        for (var i = 0; i < Count / 10; i++)
            nodes[Count - 1 - i].Leave();
        var found = 0;
        for (var contact = 1; contact <= Contacts; contact++)
        {
            var secret = World.Secret((byte)contact);
            nodes[contact].Do((core, now) => core.Rendezvous.Find(now, secret, maker.PublicKey, progress => found += progress is { IsFinished: true, Record: not null } ? 1 : 0));
        }

        network.Run(30 * Second);
        Assert.Equal(Contacts, found);
    });

    [Fact]
    public void TwentyContacts_CostLittle() => SimulationRun.Under(seed =>
    {
        var hours = SimulationRun.IsFull ? 12 : 2;
        var (network, nodes) = Grown(seed);
        using var maker = Ed25519PrivateKey.Generate(network.Random);
        network.Run(60 * Second);
        var (publisher, other) = (nodes[0], nodes[100]);
        publisher.Do((core, now) => core.Rendezvous.Publish(now, Publications(maker)));
        network.Run(60 * Second);
        long Bytes(SimulatedNode node) => node.BytesIn + node.BytesOut;
        var (before, otherBefore) = (Bytes(publisher), Bytes(other));
        network.Run(TimeSpan.FromHours(hours));
        var perSecond = (Bytes(publisher) - before) / (hours * 3600.0);
        var without = (Bytes(other) - otherBefore) / (hours * 3600.0);
        output.WriteLine($"{perSecond:f0} B/s with {Contacts} contacts, {without:f0} B/s without");
        Assert.InRange(perSecond, 1, 1000);
    });

    private static Publication[] Publications(Ed25519PrivateKey maker) =>
        [.. Enumerable.Range(1, Contacts).Select(i => new Publication(World.Secret((byte)i), maker, new Contactable(["192.0.2.1:7300"])))];

    private static void Publish(SimulatedNode<FindingCore> node, Ed25519PrivateKey maker, byte secret, string address) =>
        node.Do((core, now) => core.Rendezvous.Publish(now, [new Publication(World.Secret(secret), maker, new Contactable([address]))]));

    private static void Move(SimulatedNetwork network, SimulatedNode<FindingCore> node)
    {
        node.Move(network.Addresses.NextPublic());
        node.Core.Moved();
    }

    private static (SimulatedNetwork Network, List<SimulatedNode<FindingCore>> Nodes) Grown(ulong seed)
    {
        var network = new SimulatedNetwork(seed);
        var nodes = new List<SimulatedNode<FindingCore>>();
        for (var i = 0; i < Count; i++)
        {
            nodes.Add(network.Add(node => new FindingCore(node)));
            if (i == 0)
                continue;
            nodes[i].Do((core, now) => core.Dht.Ping(now, nodes[0].Address));
            network.Run(100);
        }

        // A datagram may be lost: whoever knows nobody asks again, as the ways in do.
        while (nodes.Exists(node => node.Core.Dht.Table.Count == 0))
        {
            foreach (var node in nodes.Where(node => node.Core.Dht.Table.Count == 0))
                node.Do((core, now) => core.Dht.Ping(now, nodes[0].Address));
            network.Run(5 * Second);
        }

        network.Run(60 * Second);
        return (network, nodes);
    }
}
