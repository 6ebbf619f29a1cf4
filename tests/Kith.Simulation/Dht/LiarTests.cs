using Kith.Simulation.Network;

namespace Kith.Simulation.Dht;

public sealed class LiarTests(ITestOutputHelper output)
{
    private const double LiarShare = 0.20;
    private const double LeastFound = 0.99;

    public static TheoryData<string> Lies => ["Mixed", .. Enum.GetNames<Lie>()];

    /// <summary>A fifth of all nodes lies, or censors each of the keys, from before the records are put.</summary>
    [Theory]
    [MemberData(nameof(Lies))]
    public void AFifthOfLiars_HidesNothing(string kind) => SimulationRun.Under(seed =>
    {
        var (nodes, items) = SimulationRun.IsFull ? (50_000, 500) : (4_000, 60);
        var kinds = Enum.TryParse<Lie>(kind, out var one) ? [one] : Enum.GetValues<Lie>();
        var world = new DhtWorld(seed);
        for (var i = 0; i < nodes; i++)
        {
            if (i < nodes * LiarShare)
                world.AddLiar(kinds[i % kinds.Length]);
            else
                world.AddHonest();
        }

        world.Converge();
        var records = Enumerable.Range(0, items).Select(_ => world.NewItem()).ToArray();
        foreach (var record in records)
            world.Conspiracy.Censor(record.Target);
        var puts = world.Put(records);
        var figures = world.Get(records, 5);
        output.WriteLine($"{kind}: put on {puts.Average(put => put.Stored):F1} (liars say so too), {figures}, {world.Liars.Sum(liar => liar.Core.Told)} lies");
        Assert.True(figures.Share >= LeastFound, figures.ToString());
    }, nameof(AFifthOfLiars_HidesNothing));
}
