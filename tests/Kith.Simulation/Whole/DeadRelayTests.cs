using Kith.Crypto;
using Kith.Overlay.Relay;
using Kith.Simulation.Nat;
using Kith.Simulation.Network;
using Kith.Transport;

namespace Kith.Simulation.Whole;

/// <summary>Of two public nodes that introduce and relay one dies. Whoever was known through it alone is found through the other: by what is published there, as there is no session left to say it on.</summary>
public sealed class DeadRelayTests(ITestOutputHelper output)
{
    private const long Second = 1_000;

    [Theory]
    [InlineData("Internet")]
    [InlineData("Bad")]
    public void OneOfTwoRelaysDies_PeopleFindEachOtherThroughTheOther(string kind) => SimulationRun.Under(seed =>
    {
        // A dead node that is asked again and again beside the one that is left, and one in ten datagrams lost.
        var patience = (kind == "Bad" ? 180 : 30) * Second;
        var times = new List<long>();
        for (var trial = 0UL; trial < (SimulationRun.IsFull ? 100UL : 12UL); trial++)
        {
            var world = new NatWorld(SimulatedRandom.Derive(seed, trial), kind == "Bad" ? LinkQuality.Bad : LinkQuality.Internet)
            {
                Identities = node => new TransportIdentity(X25519PrivateKey.Generate(node.Random), null, node.Random),
            };
            var random = world.Network.Random;
            world.AddPublic(2);
            foreach (var relay in world.Nodes)
                relay.Do((core, _) => core.SetRelay(RelayConsent.Serve));
            world.Network.Run(random.NextBelow(4_000));
            var (one, other) = (Make(world), Make(world));
            world.Network.Run(500 + random.NextBelow(20_000));
            // Behind one of them both may be: then nothing that either knows of the other is true any more.
            var dead = world.Nodes[random.NextBelow(2)];
            world.Network.QualityOf = (from, to) => from.Address.SameAddress(dead.Address) || to.SameAddress(dead.Address) ? world.Network.Quality with { Loss = 1 } : null;
            var died = world.Network.Now;
            var last = world.Nodes[world.Nodes[0] == dead ? 1 : 0];
            one.LookFor(other, last);
            other.LookFor(one, last);
            Assert.True(
                world.Network.RunUntil(() => one.FoundAt is not null && other.FoundAt is not null, patience),
                $"trial {trial}: {(dead == world.Nodes[0] ? "first" : "second")} dead at {died - SimulatedNetwork.Start}: {one}; {other}; {last.Core.Reach.Registered} registered at the one that is left, a {last.Core.Nat.View.Name}, DHT {last.Core.Dht.Table.Count}");
            times.Add(Math.Max(one.FoundAt!.Value, other.FoundAt!.Value) - died);
        }

        times.Sort();
        output.WriteLine($"{kind}: found after {times[0]} to {times[^1]} ms, median {times[times.Count / 2]} ms");
    }, nameof(OneOfTwoRelaysDies_PeopleFindEachOtherThroughTheOther) + kind);

    private static IntroducedPerson Make(NatWorld world)
    {
        var node = world.Add(world.Network.AddNat(NatKind.Symmetric));
        node.Do((core, _) => core.SetRelay(RelayConsent.Use));
        return new IntroducedPerson(node);
    }
}
