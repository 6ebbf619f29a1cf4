using Kith.Overlay.Nat;
using Kith.Simulation.Network;
using NatKind = Kith.Overlay.Nat.NatKind;
using Simulated = Kith.Simulation.Network.NatKind;

namespace Kith.Simulation.Nat;

/// <summary>One peer that lies does not decide where there are others.</summary>
public sealed class LiarTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Simulated.FullCone, NatKind.FullCone)]
    [InlineData(Simulated.AddressRestricted, NatKind.AddressRestricted)]
    [InlineData(Simulated.PortRestricted, NatKind.PortRestricted)]
    [InlineData(Simulated.Symmetric, NatKind.Symmetric)]
    public void OneLiarAmongSeveral_DoesNotDecide(Simulated kind, NatKind expected) => SimulationRun.Under(seed =>
    {
        const int Rounds = 10;
        var world = new NatWorld(seed, LinkQuality.Internet);
        var liars = new List<LyingSink>();
        world.AddPublic(2);
        // To everybody another port each time, or to a symmetric NAT's always the same.
        world.Lies = (_, sink) =>
        {
            var liar = new LyingSink(sink, () => kind == Simulated.Symmetric ? 4_000 : 2_000 + world.Network.Random.NextBelow(60_000));
            liars.Add(liar);
            return liar;
        };
        world.AddPublic(1);
        world.Lies = null;
        world.AddPublic(3);
        world.Network.Run(3_000);
        var nodes = Enumerable.Range(0, Rounds).Select(_ => world.Add(world.Network.AddNat(kind))).ToList();
        world.Network.Run(20_000);
        output.WriteLine($"{liars.Sum(liar => liar.Told)} lies");
        Assert.True(liars.Sum(liar => liar.Told) > 0);
        Assert.All(nodes, node => Assert.Equal(expected, node.Core.Nat.View.Kind));
    }, nameof(OneLiarAmongSeveral_DoesNotDecide) + kind);

    [Fact]
    public void LiarAlone_IsBelievedUntilAnotherIsThere() => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        var number = 2_000;
        world.Lies = (_, sink) => new LyingSink(sink, () => number++);
        world.AddPublic(1);
        world.Lies = null;
        var node = world.Add(world.Network.AddNat(Simulated.PortRestricted));
        world.Network.Run(10_000);
        Assert.False(node.Core.Nat.View.IsConfirmed);
        world.AddPublic(4);
        world.Network.Run(30_000);
        Assert.Equal(NatKind.PortRestricted, node.Core.Nat.View.Kind);
    }, nameof(LiarAlone_IsBelievedUntilAnotherIsThere));
}
