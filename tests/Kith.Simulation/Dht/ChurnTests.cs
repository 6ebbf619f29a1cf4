using Kith.Overlay.Dht;
using Kith.Simulation.Network;

namespace Kith.Simulation.Dht;

public sealed class ChurnTests(ITestOutputHelper output)
{
    private const long MeanSession = 60 * 60 * 1000;
    private const long BetweenRounds = 5 * 60 * 1000;
    private const double LeastFound = 0.995;

    /// <summary>
    /// Everybody but the publishers stays an hour on average, leaves without a word, and another joins by messages. The publishers republish as the real code does; whoever looks is any node,
    /// some of them newcomers.
    /// </summary>
    [Fact]
    public void RecordsThatAreRepublished_AreFoundUnderChurn() => SimulationRun.Under(seed =>
    {
        var (nodes, publishers, rounds) = SimulationRun.IsFull ? (5_000, 200, 36) : (400, 40, 12);
        var world = new DhtWorld(seed);
        var churn = new Churn(world.Network, Churn.Exponential(MeanSession), () =>
        {
            var node = world.AddHonest();
            world.Join(node);
            return node;
        });
        var items = new List<DhtItem>();
        var makers = Enumerable.Range(0, publishers).Select(_ => world.AddHonest()).ToArray();
        for (var i = 0; i < nodes; i++)
            churn.Add(world.AddHonest());
        world.Converge(staysAwake: true);
        foreach (var maker in makers)
        {
            var item = world.NewItem();
            items.Add(item);
            maker.Do((core, now) => core.Put(now, item, null, _ => { }, republish: true));
            // Each begins at its own time, so that gets meet records of every age.
            world.Network.Run(MeanSession / publishers);
        }

        world.NotFound = (node, item, progress) =>
            output.WriteLine($"not found: by node {node.Index}, which knows {node.Core.Table.Count} nodes: {progress.Queries} queries, {progress.Answers} answers");
        var (asked, found) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            world.Network.Run(BetweenRounds);
            var figures = world.Get(items, 2);
            asked += figures.Asked;
            found += figures.Found;
            output.WriteLine($"after {(world.Network.Now - SimulatedNetwork.Start) / 60_000} min, {churn.Left} left: {figures}");
        }

        output.WriteLine($"{found} of {asked}: {100.0 * found / asked:F2} %");
        Assert.True(found >= LeastFound * asked, $"{found} of {asked}");
    });
}
