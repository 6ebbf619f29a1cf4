using Kith.Overlay.Nat;
using Kith.Simulation.Network;
using Kith.Wire;
using NatKind = Kith.Overlay.Nat.NatKind;
using Simulated = Kith.Simulation.Network.NatKind;

namespace Kith.Simulation.Nat;

public sealed class ObservationTests(ITestOutputHelper output)
{
    private const long Soon = 8_000;
    private const long Later = 45_000;

    [Theory]
    [InlineData(Simulated.FullCone, NatKind.FullCone)]
    [InlineData(Simulated.AddressRestricted, NatKind.AddressRestricted)]
    [InlineData(Simulated.PortRestricted, NatKind.PortRestricted)]
    [InlineData(Simulated.Symmetric, NatKind.Symmetric)]
    public void NatAmongSeveralPeers_IsKnownForWhatItIs(Simulated kind, NatKind expected) => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(8);
        world.Network.Run(3_000);
        var node = world.Add(world.Network.AddNat(kind, new NatOptions { Hairpin = seed % 2 == 0 }));
        var started = world.Network.Now;
        Assert.True(world.Network.RunUntil(() => node.Core.Nat.View.Kind == expected, Soon), node.Core.Nat.View.ToString());
        output.WriteLine($"{kind}: known after {world.Network.Now - started} ms");
        world.Network.Run(Later);
        var view = node.Core.Nat.View;
        Assert.Equal(expected, view.Kind);
        Assert.True(view.IsConfirmed);
        Assert.Equal(TimeSpan.FromSeconds(27), view.MappingLifetime);
        Assert.Equal(NatView.UsualKeepAlive, view.KeepAlive);
        Assert.Equal(kind == Simulated.Symmetric ? NatPorts.Random : NatPorts.Preserved, view.Ports);
        if (kind != Simulated.Symmetric)
            Assert.Equal(seed % 2 == 0, view.Hairpin);
    }, nameof(NatAmongSeveralPeers_IsKnownForWhatItIs) + kind);

    [Theory]
    [InlineData(Simulated.FullCone, NatMapping.EndpointIndependent, NatFiltering.AddressDependent)]
    [InlineData(Simulated.AddressRestricted, NatMapping.EndpointIndependent, NatFiltering.AddressDependent)]
    [InlineData(Simulated.PortRestricted, NatMapping.EndpointIndependent, NatFiltering.AddressAndPortDependent)]
    [InlineData(Simulated.Symmetric, NatMapping.AddressAndPortDependent, NatFiltering.AddressAndPortDependent)]
    public void OnePublicPeer_TellsMappingAndFilteringOfPorts(Simulated kind, NatMapping mapping, NatFiltering filtering) => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(1);
        var node = world.Add(world.Network.AddNat(kind));
        world.Network.Run(Soon);
        var view = node.Core.Nat.View;
        Assert.Equal((mapping, filtering, false), (view.Mapping, view.Filtering, view.IsConfirmed));
    }, nameof(OnePublicPeer_TellsMappingAndFilteringOfPorts) + kind);

    [Theory]
    [InlineData(Simulated.FullCone, NatKind.FullCone)]
    [InlineData(Simulated.AddressRestricted, NatKind.AddressRestricted)]
    [InlineData(Simulated.PortRestricted, NatKind.PortRestricted)]
    [InlineData(Simulated.Symmetric, NatKind.Symmetric)]
    public void TwoPublicPeers_TellEverything(Simulated kind, NatKind expected) => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(2);
        world.Network.Run(6_000);
        var node = world.Add(world.Network.AddNat(kind));
        world.Network.Run(2 * Soon);
        Assert.Equal(expected, node.Core.Nat.View.Kind);
    }, nameof(TwoPublicPeers_TellEverything) + kind);

    [Fact]
    public void OnePublicPeerAndASecondPersonLater_TellAFullConeFromARestrictedOne() => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(1);
        var cone = world.Add(world.Network.AddNat(Simulated.FullCone));
        var restricted = world.Add(world.Network.AddNat(Simulated.AddressRestricted));
        world.Network.Run(2 * Later);
        Assert.Equal((NatKind.FullCone, NatKind.AddressRestricted), (cone.Core.Nat.View.Kind, restricted.Core.Nat.View.Kind));
    }, nameof(OnePublicPeerAndASecondPersonLater_TellAFullConeFromARestrictedOne));

    [Theory]
    [InlineData(Simulated.FullCone, Simulated.PortRestricted, NatKind.PortRestricted)]
    [InlineData(Simulated.PortRestricted, Simulated.FullCone, NatKind.PortRestricted)]
    [InlineData(Simulated.AddressRestricted, Simulated.FullCone, NatKind.AddressRestricted)]
    [InlineData(Simulated.FullCone, Simulated.Symmetric, NatKind.Symmetric)]
    [InlineData(Simulated.Symmetric, Simulated.FullCone, NatKind.Symmetric)]
    public void TwoLevels_AreAsStrictAsTheStricter(Simulated inner, Simulated outer, NatKind expected) => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(6);
        world.Network.Run(3_000);
        var carrier = world.Network.AddNat(outer);
        var node = world.Add(world.Network.AddNat(inner, behind: carrier));
        Assert.True(world.Network.RunUntil(() => node.Core.Nat.View is { IsConfirmed: true } view && view.Kind == expected, 2 * Soon), node.Core.Nat.View.ToString());
    }, $"{nameof(TwoLevels_AreAsStrictAsTheStricter)}{inner}{outer}");

    [Fact]
    public void NodeInTheOpen_SeesNoNatAndServes() => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(6);
        world.Network.Run(2 * Soon);
        Assert.All(world.Nodes, node => Assert.Equal((NatKind.None, NatMapping.None), (node.Core.Nat.View.Kind, node.Core.Nat.View.Mapping)));
        Assert.Contains(world.Nodes, node => node.Core.Nat.Serving.Served > 0);
    }, nameof(NodeInTheOpen_SeesNoNatAndServes));

    // Each is the other's only server, and those who could bear it out come later, behind NATs. Who takes itself for filtered introduces nobody, and is no node of the DHT.
    [Theory]
    [InlineData("Internet")]
    [InlineData("Bad")]
    public void TwoNodesInTheOpen_NeverSeeAFirewall(string quality) => SimulationRun.Under(seed =>
    {
        const long Step = 250;
        var world = new NatWorld(seed, quality == "Bad" ? LinkQuality.Bad : LinkQuality.Internet);
        world.AddPublic(2);
        for (var second = 0; second < 120; second++)
        {
            if (second is 6 or 7 or 20)
                world.Add(world.Network.AddNat(second == 20 ? Simulated.PortRestricted : Simulated.Symmetric));
            for (var step = 0; step < 1_000 / Step; step++)
            {
                world.Network.Run(Step);
                Assert.All(world.Nodes.Take(2), node => Assert.True(node.Core.Nat.View.Kind is NatKind.None or NatKind.Unknown, $"after {second} s: {node.Core.Nat.View}"));
            }
        }
    }, nameof(TwoNodesInTheOpen_NeverSeeAFirewall) + quality);

    [Theory]
    [InlineData(10_000, 6)]
    [InlineData(15_000, 12)]
    [InlineData(20_000, 18)]
    public void ShortMapping_LowersTheKeepAlive(long timeout, int seconds) => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(6);
        world.Network.Run(3_000);
        var node = world.Add(world.Network.AddNat(Simulated.PortRestricted, new NatOptions { MappingTimeout = timeout }));
        world.Network.Run(Later);
        var view = node.Core.Nat.View;
        Assert.Equal(TimeSpan.FromSeconds(seconds), view.MappingLifetime);
        Assert.InRange(view.KeepAlive, TimeSpan.FromSeconds(seconds * 0.7), TimeSpan.FromSeconds(seconds * 0.9));
        Assert.Contains("forgets", view.Sentence, StringComparison.Ordinal);
    }, $"{nameof(ShortMapping_LowersTheKeepAlive)}{timeout}");

    [Fact]
    public void NobodyAnswers_IsBlockedUntilSomebodyDoes() => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(4);
        world.Network.Run(3_000);
        world.Network.QualityOf = (_, to) => to.IPv4 >> 24 == 0 ? null : LinkQuality.Internet with { Loss = 1 };
        var node = world.Add(world.Network.AddNat(Simulated.PortRestricted));
        world.Network.Run(Later);
        Assert.Equal(NatKind.Blocked, node.Core.Nat.View.Kind);
        Assert.NotNull(node.Core.Nat.View.Advice);
        world.Network.QualityOf = null;
        node.Do((core, now) => core.NetworkChanged(now, new Kith.Overlay.OwnNetworks([node.Address])));
        world.Network.Run(Later);
        Assert.Equal(NatKind.PortRestricted, node.Core.Nat.View.Kind);
    }, nameof(NobodyAnswers_IsBlockedUntilSomebodyDoes));

    [Fact]
    public void AnotherNetwork_IsObservedAnew() => SimulationRun.Under(seed =>
    {
        var world = new NatWorld(seed, LinkQuality.Internet);
        world.AddPublic(6);
        world.Network.Run(3_000);
        var node = world.Add(world.Network.AddNat(Simulated.FullCone));
        world.Network.Run(2 * Soon);
        Assert.Equal(NatKind.FullCone, node.Core.Nat.View.Kind);
        node.Move(world.Network.Addresses.NextPrivate(), world.Network.AddNat(Simulated.Symmetric));
        node.Do((core, now) => core.NetworkChanged(now, new Kith.Overlay.OwnNetworks([node.Address])));
        Assert.True(world.Network.RunUntil(() => node.Core.Nat.View is { Kind: NatKind.Symmetric, IsConfirmed: true }, 3 * Soon), node.Core.Nat.View.ToString());
    }, nameof(AnotherNetwork_IsObservedAnew));

    [Fact]
    public void PrivateSwarm_ObservesUnderItsSeal() => SimulationRun.Under(seed =>
    {
        using var key = Kith.Overlay.Swarm.SwarmKey.Generate(Kith.Crypto.SystemRandom.Instance);
        var world = new NatWorld(seed, LinkQuality.Internet, key);
        world.AddPublic(6);
        world.Network.Run(3_000);
        var node = world.Add(world.Network.AddNat(Simulated.FullCone));
        var open = world.Add();
        world.Network.Run(2 * Soon);
        Assert.Equal((NatKind.FullCone, NatKind.None), (node.Core.Nat.View.Kind, open.Core.Nat.View.Kind));
        Assert.Equal(NatFiltering.EndpointIndependent, open.Core.Nat.View.Filtering);
    }, nameof(PrivateSwarm_ObservesUnderItsSeal));
}
