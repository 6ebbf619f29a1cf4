using Kith.Overlay.Walker;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Walker;

public sealed class WanVoteTests(ITestOutputHelper output)
{
    private const int Honest = 60;
    private const int Lying = 30;
    private const long Minute = 60_000;

    /// <summary>How the liars, a third of all nodes, go about it.</summary>
    public enum Liars
    {
        /// <summary>Each names another address each time.</summary>
        Scattered,

        /// <summary>All name the same address, and all are in one prefix.</summary>
        OnePrefix,

        /// <summary>All name the same address, from anywhere.</summary>
        Agreed,
    }

    [Theory]
    [InlineData(Liars.Scattered, 0.99)]
    [InlineData(Liars.OnePrefix, 0.99)]
    [InlineData(Liars.Agreed, 0.60)]
    public void Vote_IsRightWithAThirdOfLiars(Liars liars, double leastRight) => SimulationRun.Under(seed =>
    {
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        var network = world.Network;
        var agreed = network.Addresses.NextPublic();
        var prefix = network.Addresses.NextPublic(0).IPv4;
        Endpoint Lie() => liars == Liars.Scattered ? Endpoint.FromIPv4(0x0800_0000u + (uint)network.Random.NextBelow(1 << 24), 4000) : agreed;
        for (var i = 0; i < Honest; i++)
            world.Add(i % 3 == 0 ? network.AddNat(NatKind.PortRestricted) : null);
        var lying = Enumerable.Range(0, Lying).Select(_ => network.Add(
            node => new LyingWalker(node, Lie), liars == Liars.OnePrefix ? network.Addresses.NextWithin(prefix, 24) : null)).ToArray();
        var entries = world.Walkers.Where(node => node.Nat is null).Take(2).ToArray();
        foreach (var node in world.Walkers)
            node.Do((core, now) => Array.ForEach(entries, entry => core.Introduce(now, entry.Address)));
        foreach (var node in lying)
            node.Do((core, now) => Array.ForEach(entries, entry => core.Honest.Introduce(now, entry.Address)));
        network.Run(Minute);

        var (right, all) = (0, 0);
        for (var minute = 0; minute < 30; minute++)
        {
            network.Run(Minute);
            foreach (var node in world.Walkers)
            {
                all++;
                if (node.Core.Wan4.Address is { } seen && seen.SameAddress(node.Nat?.Outside ?? node.Address))
                    right++;
            }
        }

        output.WriteLine($"{liars}: right {100.0 * right / all:F2} % of the time, {lying.Sum(node => node.Core.Told)} lies");
        Assert.True(right >= leastRight * all, $"{right} of {all}");
        Assert.All(lying, node => Assert.True(node.Core.Told > 0));
    }, nameof(Vote_IsRightWithAThirdOfLiars));
}
