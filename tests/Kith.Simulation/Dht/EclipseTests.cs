using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Dht;

/// <summary>
/// An attacker who owns whole /24 prefixes and knows the key stands as close to it as BEP 42 lets each address stand, before the record is put, and censors. How often is the record found?
/// </summary>
public sealed class EclipseTests(ITestOutputHelper output)
{
    // More of one prefix than any honest node will ask.
    private const int IdsForEachPrefix = 8;
    private const int Users = 40;

    [Fact]
    public void Eclipse_NeedsManyPrefixes() => SimulationRun.Under(seed =>
    {
        var (nodes, items, gets) = SimulationRun.IsFull ? (50_000, 20, 5) : (4_000, 10, 5);
        int[] prefixes = SimulationRun.IsFull ? [0, 4, 16, 64, 256] : [0, 4, 16, 64];
        foreach (var count in prefixes)
        {
            var world = new DhtWorld(seed);
            for (var i = 0; i < nodes; i++)
                world.AddHonest();
            var records = Enumerable.Range(0, items).Select(_ => world.NewItem()).ToArray();
            var closer = records.Average(record => Attack(world, record.Target, count));
            world.Converge();
            world.ChooseUsers(Users);
            var puts = world.Put(records);
            var figures = world.Get(records, gets);
            output.WriteLine(
                $"{nodes} nodes, {count} prefixes: {closer:F1} of {count * IdsForEachPrefix} attackers closer than the 8th honest node; put on {puts.Average(put => put.Stored):F1}; {figures}");
            if (count <= 4)
                Assert.True(figures.Share >= 0.9, figures.ToString());
        }
    });

    private static int Attack(DhtWorld world, NodeId key, int prefixes)
    {
        var eighth = world.Honest.Select(node => node.Core.Id ^ key).Order().ElementAt(7);
        world.Conspiracy.Censor(key);
        var closer = 0;
        for (var i = 0; i < prefixes; i++)
        {
            var prefix = world.Network.Addresses.NextPublic(0).IPv4;
            foreach (var (address, id) in AttackerIds.Closest(prefix, key, IdsForEachPrefix, world.Network.Random))
            {
                var liar = world.AddLiar(Lie.Censorship, Endpoint.FromIPv4(address, world.Network.Addresses.NextPort()), id);
                Assert.Equal(id, liar.Core.Honest.Id);
                if ((id ^ key) < eighth)
                    closer++;
            }
        }

        return closer;
    }
}
