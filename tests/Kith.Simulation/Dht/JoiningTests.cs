using Kith.Simulation.Network;

namespace Kith.Simulation.Dht;

public sealed class JoiningTests(ITestOutputHelper output)
{
    private const long BetweenJoins = 50;
    private const long Settling = 20 * 60 * 1000;

    /// <summary>Nodes that join one after the other by messages alone come to the tables that <see cref="ConvergedTables"/> makes, and find as well.</summary>
    [Fact]
    public void JoiningByMessages_ComesToTheConvergedShape() => SimulationRun.Under(seed =>
    {
        var (nodes, items) = SimulationRun.IsFull ? (5_000, 1_000) : (1_000, 200);
        var joined = new DhtWorld(seed);
        for (var i = 0; i < nodes; i++)
        {
            joined.Join(joined.AddHonest());
            joined.Network.Run(BetweenJoins);
        }

        joined.Network.Run(Settling);
        var made = new DhtWorld(seed + 1);
        for (var i = 0; i < nodes; i++)
            made.AddHonest();
        made.Converge();

        var (byMessages, converged) = (new TableFigures(joined.Honest.Select(node => node.Core.Table)), new TableFigures(made.Honest.Select(node => node.Core.Table)));
        output.WriteLine($"by messages: {byMessages}");
        output.WriteLine($"made:        {converged}");
        Assert.InRange(byMessages.MeanCount, 0.9 * converged.MeanCount, 1.1 * converged.MeanCount);
        Assert.InRange(byMessages.MeanDepth, converged.MeanDepth - 1, converged.MeanDepth + 1);

        foreach (var world in new[] { joined, made })
        {
            var records = Enumerable.Range(0, items).Select(_ => world.NewItem()).ToArray();
            world.Put(records);
            var figures = world.Get(records, 3);
            output.WriteLine(figures.ToString());
            Assert.Equal(figures.Asked, figures.Found);
        }
    });
}
