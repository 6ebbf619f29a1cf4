using Kith.Overlay.Walker;
using Kith.Simulation.Network;
using Kith.Wire;
using Xunit;

namespace Kith.Overlay.Tests.Walker;

/// <summary>Walkers among themselves, in the simulated network.</summary>
public class WalkerNetworkTests(ITestOutputHelper output)
{
    // IPv4 and UDP headers.
    private const int HeaderBytes = 28;

    [Fact]
    public void NodesWithOneEntryPoint_KnowEnoughOthersWithinSeconds() => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Internet);
        var nodes = Grow(network, 100);
        network.Run(2_000);
        output.WriteLine($"after 2 s: {Describe(network, nodes)}");
        Assert.True(nodes.Count(node => node.Core.Counts(network.Now).Active > 0) >= 97);
        network.Run(10_000);
        output.WriteLine($"after 12 s: {Describe(network, nodes)}");
        Assert.All(nodes, node => Assert.InRange(node.Core.Counts(network.Now).Active, WalkerCore.EnoughPeers, 100));
        Assert.All(nodes, node => Assert.Equal(node.Address, node.Core.Wan));
    });

    [Theory]
    [InlineData(100)]
    [InlineData(4)]
    [InlineData(12)]
    public void IdleNode_StaysFarUnderAKilobyteASecond(int count) => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Internet);
        var nodes = Grow(network, count);
        network.Run(2 * 60_000);
        var before = nodes.Sum(Bytes);
        const int Seconds = 10 * 60;
        network.Run(Seconds * 1000);
        var each = (nodes.Sum(Bytes) - before) / (double)Seconds / count;
        output.WriteLine($"{count} nodes: {each:F0} B/s each, sent and received with headers; {Describe(network, nodes)}");
        Assert.InRange(each, 1, 400);
        Assert.All(nodes, node => Assert.InRange(node.Core.Counts(network.Now).Active, Math.Min(count - 1, 2), 100));
    });

    [Theory]
    [InlineData(NatKind.FullCone)]
    [InlineData(NatKind.AddressRestricted)]
    [InlineData(NatKind.PortRestricted)]
    public void NodesBehindNats_ArePuncturedTogether(NatKind kind) => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Internet);
        var entry = Add(network);
        var inside = Enumerable.Range(0, 12).Select(_ =>
        {
            var nat = network.AddNat(kind);
            var node = network.AddBehind(nat, Make);
            node.Do((core, now) => core.Introduce(now, entry.Address));
            return (Node: node, Nat: nat);
        }).ToList();
        network.Run(40_000);
        var known = inside.Select(one => one.Node.Core.Counts(network.Now).Active).ToList();
        output.WriteLine($"{kind}: {string.Join(' ', known)} active");
        Assert.All(known, active => Assert.InRange(active, 3, 12));
        Assert.All(inside, one => Assert.True(one.Node.Core.Wan!.Value.SameAddress(one.Nat.Outside)));
    });

    [Fact]
    public void NodeBehindASymmetricNat_KnowsItsAddressAndEnoughPeers() => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Internet);
        var nodes = Grow(network, 20);
        network.Run(5_000);
        var node = network.AddBehind(network.AddNat(NatKind.Symmetric), Make);
        node.Do((core, now) => core.Introduce(now, nodes[0].Address));
        network.Run(10_000);
        Assert.True(node.Core.Wan!.Value.SameAddress(node.Nat!.Outside));
        Assert.InRange(node.Core.Counts(network.Now).Active, WalkerCore.EnoughPeers, 20);
    });

    [Fact]
    public void NodesThatLeave_AreGoneAfterTheTimeOutAndTheRestStaysTogether() => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Internet);
        var nodes = Grow(network, 60);
        network.Run(60_000);
        var gone = nodes.Take(30).ToList();
        var addresses = gone.Select(node => node.Address).ToHashSet();
        gone.ForEach(node => node.Leave());
        network.Run(PeerTable.Timeout + 1_000);
        var rest = nodes.Skip(30).ToList();
        Assert.All(rest, node => Assert.DoesNotContain(node.Core.Neighbours(network.Now), addresses.Contains));
        network.Run(60_000);
        output.WriteLine(Describe(network, rest));
        Assert.All(rest, node => Assert.InRange(node.Core.Counts(network.Now).Active, 3, 30));
    });

    [Fact]
    public void BadNetwork_IsWalkedToo() => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Bad);
        var nodes = Grow(network, 60);
        network.Run(60_000);
        output.WriteLine(Describe(network, nodes));
        Assert.All(nodes, node => Assert.InRange(node.Core.Counts(network.Now).Active, 3, 60));
        Assert.All(nodes, node => Assert.Equal(node.Address, node.Core.Wan));
    });

    [Fact]
    public void NodesOfOneHouse_AreNeighboursThoughTheyShareAPrefix() => SimulationRun.Under(seed =>
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Perfect);
        var nat = network.AddNat(NatKind.PortRestricted);
        var nodes = Enumerable.Range(0, 10).Select(_ => network.AddBehind(nat, Make)).ToList();
        foreach (var node in nodes.Skip(1))
            node.Do((core, now) => core.Introduce(now, nodes[0].Address));
        network.Run(10_000);
        Assert.All(nodes, node => Assert.InRange(node.Core.Counts(network.Now).Active, WalkerCore.EnoughPeers, 9));
        Assert.All(nodes, node => Assert.Equal(node.Address, node.Core.Wan));
    });

    private static List<SimulatedNode<WalkerCore>> Grow(SimulatedNetwork network, int count)
    {
        var nodes = new List<SimulatedNode<WalkerCore>> { Add(network) };
        for (var i = 1; i < count; i++)
        {
            nodes.Add(Add(network));
            nodes[i].Do((core, now) => core.Introduce(now, nodes[0].Address));
        }

        return nodes;
    }

    private static SimulatedNode<WalkerCore> Add(SimulatedNetwork network) => network.Add(Make);

    private static WalkerCore Make(SimulatedNode node) => new(new WalkerOptions(new OwnNetworks([node.Address])), node, node.Random);

    private static long Bytes(SimulatedNode<WalkerCore> node) => node.BytesIn + node.BytesOut + (HeaderBytes * (node.DatagramsIn + node.DatagramsOut));

    private static string Describe(SimulatedNetwork network, List<SimulatedNode<WalkerCore>> nodes)
    {
        var active = nodes.Select(node => node.Core.Counts(network.Now).Active).Order().ToList();
        return $"active {active[0]} at least, {active[active.Count / 2]} at the median, {active[^1]} at most; {nodes.Average(node => node.Core.Known):F0} known on the average";
    }
}
