using System.Diagnostics;
using Kith.Simulation.Network;

namespace Kith.Simulation.Dht;

public sealed class ScaleTests(ITestOutputHelper output)
{
    private const int MostBuckets = 20;
    private const int MostHops = 20;
    private const double MeanHops = 6;

    /// <summary>A million nodes in the long form: at most 20 buckets in use, lookups at most 20 hops and under 6 on average, everything found.</summary>
    [Fact]
    public void Converged_FindsEverythingInFewHops() => SimulationRun.Under(seed =>
    {
        var (nodes, items, gets) = SimulationRun.IsFull ? (1_000_000, 1_000, 10) : (20_000, 300, 5);
        var clock = Stopwatch.StartNew();
        var world = new DhtWorld(seed, LinkQuality.Internet);
        for (var i = 0; i < nodes; i++)
            world.AddHonest();
        world.Converge();
        output.WriteLine($"{nodes} nodes made in {clock.Elapsed.TotalSeconds:F1} s, {GC.GetTotalMemory(true) >> 20} MiB");
        var tables = new TableFigures(world.Honest.Select(node => node.Core.Table));
        output.WriteLine(tables.ToString());

        clock.Restart();
        var records = Enumerable.Range(0, items).Select(_ => world.NewItem()).ToArray();
        var puts = world.Put(records);
        output.WriteLine($"{items} puts in {clock.Elapsed.TotalSeconds:F1} s: stored on {puts.Average(put => put.Stored):F1} nodes, {puts.Average(put => put.Queries):F1} queries");

        clock.Restart();
        var events = world.Network.Counters.Events;
        var figures = world.Get(records, gets);
        var seconds = clock.Elapsed.TotalSeconds;
        output.WriteLine($"{figures}; {seconds:F1} s, {(world.Network.Counters.Events - events) / seconds:F0} events a second");
        Assert.InRange(tables.MostDepth, 1, MostBuckets);
        Assert.InRange(figures.MostHops, 0, MostHops);
        Assert.True(figures.MeanHops < MeanHops, figures.ToString());
        Assert.Equal(figures.Asked, figures.Found);
    });
}
