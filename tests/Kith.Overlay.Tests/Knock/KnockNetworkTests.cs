using Kith.Overlay.Knock;
using Kith.Simulation.Network;

namespace Kith.Overlay.Tests.Knock;

/// <summary>Knocks in a simulated network: everything at random from a seed.</summary>
public sealed class KnockNetworkTests
{
    private const int Count = 200;
    private const byte Pair = 1;

    [Fact]
    public void TwoHundredNodes_NearlyAllAreReachedWithinASecond() => SimulationRun.Under(seed =>
    {
        var reached = 0;
        for (var run = 0; run < 10; run++)
        {
            var world = new KnockWorld(seed + (ulong)run, Count);
            Assert.True(world.Knock(0, Pair));
            world.Network.Run(1000);
            reached += world.Nodes.Count(node => node.DatagramsIn > 0);

            // Each node passes each knock on once: loops end by themselves.
            Assert.InRange(world.Network.Counters.Sent, 1, Count * KnockLimits.FewNeighbours);
            Assert.True(world.Nodes.TrueForAll(node => node.Core.PassedOn <= 1));
        }

        Assert.InRange(reached, 96 * Count / 10, 10 * Count);
    });

    [Fact]
    public void KnockLostOnItsWay_IsHeardWhenRepeated() => SimulationRun.Under(seed =>
    {
        var world = new KnockWorld(seed, Count, LinkQuality.Bad);
        world.Listen(Count - 1, Pair);
        for (var i = 0; i < 5 && world.Heard.Count == 0; i++)
        {
            Assert.True(world.Knock(0, Pair));
            world.Network.Run(KnockLimits.OwnInterval);
        }

        Assert.Single(world.Heard);
    });

    [Fact]
    public void OneNeighbourFloods_OthersAreStillHeardAndLittleIsPassedOn() => SimulationRun.Under(seed =>
    {
        const int Seconds = 20;
        const int PerSecond = 500;
        const int Listeners = 20;
        var world = new KnockWorld(seed, Count);
        for (var i = 0; i < Listeners; i++)
            world.Listen(Count - 1 - i, Pair);
        var flooder = world.Nodes[0];
        var knocks = 0;
        for (var i = 0; i < Seconds * PerSecond; i++)
        {
            if (i == Seconds * PerSecond / 2)
                knocks += world.Knock(Count / 2, Pair) ? 1 : 0;

            // Never the same twice: nobody can tell that nobody can open them.
            world.Inject(0, 1 + (i % (Count - 1)), world.Datagram(77, world.Network.Now, KnockLimits.MaxLife));
            if (i % (PerSecond / 10) == 0)
                world.Network.Run(100);
        }

        world.Network.Run(2000);
        Assert.Equal(1, knocks);
        Assert.InRange(world.Heard.Count, Listeners * 3 / 4, Listeners);

        // What a node passes on is bounded, however much comes.
        var mostPassedOn = world.Nodes.Where(node => node != flooder).Max(node => node.Core.PassedOn);
        Assert.InRange(mostPassedOn, 1, KnockLimits.TotalBurst + (22_000 / KnockLimits.TotalInterval));
    });

    [Fact]
    public void LiarsPassNothingOn_OthersDo() => SimulationRun.Under(seed =>
    {
        var reached = 0;
        for (var run = 0; run < 10; run++)
        {
            var world = new KnockWorld(seed + (ulong)run, Count);
            for (var i = 1; i <= Count / 5; i++)
                world.Nodes[i].Leave();
            Assert.True(world.Knock(0, Pair));
            world.Network.Run(1000);
            reached += world.Nodes.Count(node => node.IsAlive && node.DatagramsIn > 0);
        }

        Assert.InRange(reached, 85 * Count * 4 / 5 / 10, 10 * Count);
    });

    [Fact]
    public void LiarsKeepLifeUp_KnockEndsAllTheSame() => SimulationRun.Under(seed =>
    {
        var world = new KnockWorld(seed, Count);
        for (var i = 0; i < 50; i++)
        {
            var datagram = world.Datagram(Pair, world.Network.Now, KnockLimits.MaxLife);
            world.Inject(0, 1 + i, datagram);
            world.Inject(2, 1 + i, datagram);
        }

        world.Network.Run(60_000);
        var before = world.Network.Counters.Sent;
        world.Network.Run(60_000);
        Assert.Equal(before, world.Network.Counters.Sent);
    });
}
