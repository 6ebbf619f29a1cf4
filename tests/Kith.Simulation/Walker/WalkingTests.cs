using Kith.Overlay.Walker;
using Kith.Simulation.Network;

namespace Kith.Simulation.Walker;

public sealed class WalkingTests(ITestOutputHelper output)
{
    private const long Minute = 60_000;

    [Fact]
    public void MixedNetwork_IsOneAndStaysQuiet() => SimulationRun.Under(seed =>
    {
        const double MostBytesPerSecond = 1_000;
        var count = SimulationRun.IsFull ? 2_000 : 200;
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        world.AddMixed(count);
        var entries = world.Walkers.Where(node => node.Nat is null).Take(5).ToArray();
        foreach (var node in world.Walkers)
        {
            // As a node does, which has some entry points and tries them side by side.
            for (var i = 0; i < 3; i++)
                WalkerWorld.Enter(node, entries[world.Network.Random.NextBelow(entries.Length)]);
            world.Network.Run(20);
        }

        world.Network.Run(2 * Minute);
        var active = world.Walkers.Select(node => world.ActivePeers(node).Count()).Order().ToArray();
        output.WriteLine($"{count} nodes: active peers least {active[0]}, median {active[count / 2]}, most {active[^1]}; {world.Connected()} connected");
        Assert.Equal(count, world.Connected());
        Assert.True(active[count / 20] >= WalkerCore.EnoughPeers / 2, "too many nodes have too few peers");

        var before = world.Walkers.Select(node => node.BytesOut + node.BytesIn).ToArray();
        world.Network.Run(5 * Minute);
        var rates = world.Walkers.Select((node, i) => (node.BytesOut + node.BytesIn - before[i]) / 300.0).Order().ToArray();
        output.WriteLine($"bytes a second in and out, payload: median {rates[count / 2]:F0}, 95th percentile {rates[count * 95 / 100]:F0}, most {rates[^1]:F0}");
        Assert.True(rates[count * 95 / 100] < MostBytesPerSecond);
    });

    [Fact]
    public void Partition_HealsByItself() => SimulationRun.Under(seed =>
    {
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        world.AddMixed(60);
        foreach (var node in world.Walkers.Skip(1))
            WalkerWorld.Enter(node, world.Walkers[0]);
        world.Network.Run(2 * Minute);
        Assert.Equal(60, world.Connected());
        var nats = world.Walkers.Select(node => node.Nat).Distinct().ToList();
        world.Network.Part(node => nats.IndexOf(node.Nat) + (node.Nat is null ? node.Index : 0) & 1);
        world.Network.Run(40_000);
        Assert.True(world.Connected() < 60);
        world.Network.Heal();
        var begun = world.Network.Now;
        Assert.True(world.Network.RunUntil(() => world.Connected() == 60, 2 * Minute));
        output.WriteLine($"one again after {world.Network.Now - begun} ms");
    });

    /// <summary>Nodes come and go every ten minutes on average; those that stay keep peers, or find some anew when they ask their entry point again, as the ways in do.</summary>
    [Fact]
    public void Churn_LeavesNobodyAlone() => SimulationRun.Under(seed =>
    {
        var world = new WalkerWorld(seed, LinkQuality.Bad);
        world.AddMixed(150);
        var staying = world.Walkers.Take(30).ToArray();
        var entry = staying.First(node => node.Nat is null);
        foreach (var node in world.Walkers.Where(node => node != entry))
            WalkerWorld.Enter(node, entry);
        var churn = new Churn(world.Network, Churn.Pareto(10 * Minute), () =>
        {
            var node = world.Add(world.Network.Random.NextBelow(3) == 0 ? null : world.Network.AddNat((NatKind)world.Network.Random.NextBelow(4)));
            WalkerWorld.Enter(node, entry);
            return node;
        });
        foreach (var node in world.Walkers.Skip(30).ToArray())
            churn.Add(node);
        var (alone, samples, minutesAlone, longest) = (0, 0, new int[staying.Length], 0);
        for (var minute = 0; minute < 30; minute++)
        {
            world.Network.Run(Minute);
            for (var i = 0; i < staying.Length; i++)
            {
                samples++;
                var isAlone = !world.ActivePeers(staying[i]).Any();
                alone += isAlone ? 1 : 0;
                minutesAlone[i] = isAlone ? minutesAlone[i] + 1 : 0;
                longest = Math.Max(longest, minutesAlone[i]);
                if (isAlone)
                    WalkerWorld.Enter(staying[i], entry);
            }
        }

        output.WriteLine($"{churn.Left} left; alone in {alone} of {samples} looks, at most {longest} times in a row");
        Assert.True(alone * 100 <= samples);
        Assert.True(longest <= 1);
        output.WriteLine($"{churn.Left} left; active peers of those that stayed: {staying.Average(node => world.ActivePeers(node).Count()):F1}");
    });
}
