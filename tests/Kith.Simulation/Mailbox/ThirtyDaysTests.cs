using System.Globalization;
using Kith.Simulation.Network;

namespace Kith.Simulation.Mailbox;

/// <summary>Boxes among 10,000 nodes for thirty days; nodes live seven days in the mean and are there half of the time, eight hours at once.</summary>
public sealed class ThirtyDaysTests(ITestOutputHelper output)
{
    private const int Nodes = 10_000;
    private const double Hours = 30 * 24;
    private const double Lifetime = 7 * 24;
    private const double Session = 8;
    private const double ReadEvery = 6;

    /// <summary>Of all nodes that ever lived, so many nearest to a box are looked at: a tenth of them is there at a time.</summary>
    private const int Near = 256;

    private static int Boxes => SimulationRun.IsFull ? 20_000 : 400;

    [Fact]
    public void NodesComeAndGo_NothingIsLost() => SimulationRun.Under(seed =>
    {
        var (lost, tail) = Run(seed, liars: 0);
        Assert.Equal(0, lost);
        Assert.True(tail < 1e-6, string.Create(CultureInfo.InvariantCulture, $"{tail:E1} of the boxes are expected to be lost"));
    });

    [Fact]
    public void ATenthLies_NothingIsLost() => SimulationRun.Under(seed =>
    {
        var (lost, tail) = Run(seed, liars: 0.1);
        Assert.Equal(0, lost);
        // A few hundred boxes say nothing of so rare a thing: six liars at once are one in a million.
        Assert.True(tail < (SimulationRun.IsFull ? 1e-4 : 1e-2), string.Create(CultureInfo.InvariantCulture, $"{tail:E1} of the boxes are expected to be lost"));
    });

    private (int Lost, double Tail) Run(ulong seed, double liars)
    {
        var nodes = NodeHistory.Draw(new SimulatedRandom(seed), Nodes, Lifetime, Session, Hours, liars);
        var least = new int[64];
        var (pushes, audits, reads, failed, copies) = (0L, 0L, 0L, 0L, 0L);
        Parallel.For(0, Boxes, box =>
        {
            var random = new SimulatedRandom(SimulatedRandom.Derive(seed, (ulong)box));
            var one = new BoxHistory(Nearest(nodes, random.Next()), random, Hours);
            one.Run(ReadEvery);
            lock (least)
            {
                least[Math.Min(one.LeastCopies, least.Length - 1)]++;
                pushes += one.Pushes;
                audits += one.Audits;
                reads += one.Reads;
                failed += one.FailedReads;
                copies += one.Copies;
            }
        });

        var tail = Extrapolate(least);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Boxes} boxes, {liars:P0} of nodes lie, seed {seed}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"lost {least[0]}; expected from the tail {tail:E1}; reads at which none of twelve served {failed} of {reads}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"repair: {pushes / (double)Boxes / 30:F2} copies and {audits / (double)Boxes / 30:F0} audits a day and box; {copies / (double)Boxes:F1} copies at the end"));
        output.WriteLine("least copies: " + string.Join(", ", least.Select((count, copies) => (count, copies)).Where(one => one.count > 0).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.copies}: {one.count}"))));
        return (least[0], tail);
    }

    // How many boxes have at most so many copies falls by about the same factor from one number to the next; the last steps that were seen are taken on to none at all.
    private static double Extrapolate(int[] least)
    {
        var total = (double)least.Sum();
        if (least[0] > 0)
            return least[0] / total;
        var cumulated = new double[least.Length];
        for (var (i, sum) = (0, 0); i < least.Length; i++)
            cumulated[i] = sum += least[i];
        var first = Array.FindIndex(cumulated, count => count >= 1);
        var second = Array.FindIndex(cumulated, count => count >= Math.Min(total / 2, cumulated[first] * 10));
        if (second <= first)
            return cumulated[first] / total;
        var factor = Math.Pow(cumulated[second] / cumulated[first], 1.0 / (second - first));
        return cumulated[first] / total / Math.Pow(factor, first);
    }

    private static NodeHistory[] Nearest(List<NodeHistory> nodes, ulong address)
    {
        // All that share the box's first bits, as few as there must be enough of.
        for (var bits = (int)Math.Log2(nodes.Count / (double)Near); bits >= 0; bits--)
        {
            var shift = 64 - bits;
            var near = bits == 0 ? nodes : nodes.FindAll(node => (node.Place ^ address) >> shift == 0);
            if (near.Count >= Near || bits == 0)
                return [.. near.OrderBy(node => node.Place ^ address).Take(Near)];
        }

        return [];
    }
}
