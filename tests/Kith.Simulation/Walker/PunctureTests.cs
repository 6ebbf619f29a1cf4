using Kith.Simulation.Network;

namespace Kith.Simulation.Walker;

public sealed class PunctureTests(ITestOutputHelper output)
{
    /// <summary>Two nodes, each behind a NAT of its own, know only a third: they must come to talk with each other wherever that is possible at all.</summary>
    [Theory]
    [InlineData(NatKind.FullCone, NatKind.FullCone, true)]
    [InlineData(NatKind.FullCone, NatKind.AddressRestricted, true)]
    [InlineData(NatKind.FullCone, NatKind.PortRestricted, true)]
    [InlineData(NatKind.FullCone, NatKind.Symmetric, true)]
    [InlineData(NatKind.AddressRestricted, NatKind.AddressRestricted, true)]
    [InlineData(NatKind.AddressRestricted, NatKind.PortRestricted, true)]
    [InlineData(NatKind.AddressRestricted, NatKind.Symmetric, true)]
    [InlineData(NatKind.PortRestricted, NatKind.PortRestricted, true)]
    [InlineData(NatKind.PortRestricted, NatKind.Symmetric, false)]
    [InlineData(NatKind.Symmetric, NatKind.Symmetric, false)]
    public void TwoBehindNats_MeetWhereTheirKindsAllowIt(NatKind one, NatKind other, bool meet) => SimulationRun.Under(seed =>
    {
        const long Patience = 60_000;
        const long Later = 5 * 60_000;
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        var entry = world.Add();
        var first = world.Add(world.Network.AddNat(one));
        var second = world.Add(world.Network.AddNat(other));
        WalkerWorld.Enter(first, entry);
        WalkerWorld.Enter(second, entry);
        bool Met() => world.Knows(first, second) && world.Knows(second, first);
        var begun = world.Network.Now;
        Assert.Equal(meet, world.Network.RunUntil(Met, Patience));
        output.WriteLine($"{one} and {other}: {(meet ? $"met after {world.Network.Now - begun} ms" : "never meet")}");
        Assert.True(world.Knows(first, entry) && world.Knows(second, entry));

        // Mappings last 30 s: those who have met keep them awake.
        world.Network.Run(Later);
        Assert.Equal(meet, Met());
        Assert.True(world.Knows(first, entry) && world.Knows(second, entry));
    }, nameof(TwoBehindNats_MeetWhereTheirKindsAllowIt));

    [Theory]
    [InlineData(NatKind.PortRestricted)]
    [InlineData(NatKind.Symmetric)]
    public void TwoBehindOneNatWithHairpin_Meet(NatKind kind) => SimulationRun.Under(seed =>
    {
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        var entry = world.Add();
        var nat = world.Network.AddNat(kind, new NatOptions { Hairpin = true });
        var (first, second) = (world.Add(nat), world.Add(nat));
        WalkerWorld.Enter(first, entry);
        WalkerWorld.Enter(second, entry);
        var met = world.Network.RunUntil(() => world.Knows(first, second) && world.Knows(second, first), 60_000);
        output.WriteLine($"{kind}: {(met ? $"met after {world.Network.Now - SimulatedNetwork.Start} ms" : "not met")}");
        if (kind != NatKind.Symmetric)
            Assert.True(met);
    }, nameof(TwoBehindOneNatWithHairpin_Meet));
}
