using System.Diagnostics;
using Kith.Simulation.Network;

namespace Kith.Simulation.NetworkTests;

public sealed class SpeedTests(ITestOutputHelper output)
{
    [Fact]
    public void Events_AreCounted() => SimulationRun.Under(seed =>
    {
        // In the long form a million cores that talk.
        var nodes = SimulationRun.IsFull ? 1_000_000 : 20_000;
        var network = new SimulatedNetwork(seed);
        var addresses = Enumerable.Range(0, nodes).Select(_ => network.Addresses.NextPublic()).ToArray();
        foreach (var address in addresses)
            network.Add(node => new GossipingCore(node, addresses, 10_000, 4), address);
        var clock = Stopwatch.StartNew();
        network.Run(10_000);
        var perSecond = network.Counters.Events / clock.Elapsed.TotalSeconds;
        output.WriteLine($"{nodes} cores: {network.Counters.Events} events in {clock.Elapsed.TotalSeconds:F2} s, {perSecond:F0} a second, {GC.GetTotalMemory(true) >> 20} MiB");
        Assert.InRange(network.Counters.Delivered, 4.5 * nodes, 5 * nodes);
    });
}
