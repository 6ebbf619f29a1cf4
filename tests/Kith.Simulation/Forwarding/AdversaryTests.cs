using Kith.Simulation.Network;

namespace Kith.Simulation.Forwarding;

public sealed class AdversaryTests(ITestOutputHelper output)
{
    private const int Messages = 100;

    /// <summary>How often a party that owns a share of all forwarders has the first and the last on the way of a message: beside the theory, for docs/threat-model.md. The long form has 10,000 forwarders and 2,000 pairs.</summary>
    [Theory]
    [InlineData(0.01, 0)]
    [InlineData(0.05, 0)]
    [InlineData(0.10, 0)]
    [InlineData(0.20, 0)]
    [InlineData(0.20, 64)]
    public void Party_SeesBothEnds_AboutAsOftenAsTheTheorySays(double share, int prefixes) => SimulationRun.Under(seed =>
    {
        var (size, pairs) = SimulationRun.IsFull ? (10_000, 2_000) : (1_000, 100);
        using var world = new AdversaryWorld(seed, share, prefixes == 0 ? null : prefixes, size);
        var (inView, onePath, aMessage, ever) = (0.0, 0, 0, 0);
        for (var i = 0; i < pairs; i++)
        {
            var (sender, seen) = world.Draw();
            var ends = AdversaryWorld.Ends(world.Draw().Chooser);
            inView += seen / pairs;
            var isSeen = false;
            for (var j = 0; j < Messages; j++)
            {
                var (one, other) = world.Message(sender, ends);
                onePath += world.IsOwned(one.First) && world.IsOwned(one.Last) ? 1 : 0;
                var any = (world.IsOwned(one.First) || world.IsOwned(other.First)) && (world.IsOwned(one.Last) || world.IsOwned(other.Last));
                aMessage += any ? 1 : 0;
                isSeen |= any;
            }

            ever += isSeen ? 1 : 0;
        }

        var all = (double)pairs * Messages;
        // What each says: all draws independent, and each node the party's with this probability.
        static double Path(double f) => f * f;
        static double Pair(double f) => Math.Pow(1 - ((1 - f) * (1 - f)), 2);
        static double Ever(double f) => 1 - Math.Pow(1 - f, 3);
        output.WriteLine($"share {share:P0}{(prefixes > 0 ? $" in {prefixes} prefixes" : "")}: of a view {inView:P1}; one path {onePath / all:P2} (f² {Path(share):P2}, by view {Path(inView):P2}); a message "
            + $"{aMessage / all:P2} (theory {Pair(share):P2}, by view {Pair(inView):P2}); once in {Messages} messages {ever / (double)pairs:P1} of pairs (theory for ever {Ever(share):P1}, by view {Ever(inView):P1})");
        // Never more than a list of nothing but the party's nodes from each neighbour of its own gives.
        Assert.InRange(inView, 0, (2 * share) - (share * share) + 0.05);
        Assert.InRange(aMessage / all, 0, (1.5 * Pair(inView)) + 0.02);
    });
}
