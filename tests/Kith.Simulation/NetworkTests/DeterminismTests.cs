using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.NetworkTests;

public sealed class DeterminismTests
{
    [Fact]
    public void SameSeed_GivesTheSameTrace() => SimulationRun.Under(seed =>
    {
        var first = Trace(seed);
        Assert.Equal(first, Trace(seed));
        Assert.NotEqual(first, Trace(seed + 1));
    });

    [Fact]
    public void Failure_SaysItsSeedAndHowToRunItAgain()
    {
        var seen = 0UL;
        var failure = Assert.Throws<SimulationFailedException>(() => SimulationRun.Under(seed =>
        {
            seen = seed;
            throw new InvalidOperationException("no");
        }));
        Assert.Contains($"seed {seen}", failure.Message);
        Assert.Contains($"KITH_SEED={seen}", failure.Message);
        Assert.Contains(nameof(Failure_SaysItsSeedAndHowToRunItAgain), failure.Message);
    }

    [Fact]
    public void Random_IsEven()
    {
        var random = new SimulatedRandom(7);
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++)
            counts[random.NextBelow(10)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        Assert.InRange(Enumerable.Range(0, 100_000).Average(_ => random.NextExponential(50)), 49, 51);
    }

    private static ulong Trace(ulong seed)
    {
        var network = new SimulatedNetwork(seed, LinkQuality.Bad);
        _ = network.Trace;
        var nats = new[] { network.AddNat(NatKind.FullCone), network.AddNat(NatKind.Symmetric) };
        var addresses = Enumerable.Range(0, 50).Select(_ => network.Addresses.NextPublic()).ToArray();
        SimulatedNode Join(Endpoint? address) => network.Add(node => new GossipingCore(node, addresses, 100, 5), address);
        var churn = new Churn(network, Churn.Exponential(5_000), () => Join(addresses[network.Random.NextBelow(addresses.Length)].WithPort(network.Addresses.NextPort())));
        foreach (var address in addresses)
            churn.Add(Join(address));
        for (var i = 0; i < 20; i++)
            network.AddBehind(nats[i % 2], node => new GossipingCore(node, addresses, 100, 5));
        network.Run(20_000);
        Assert.True(churn.Left > 50);
        Assert.True(network.Counters.Delivered > 1_000);
        return network.Trace;
    }
}
