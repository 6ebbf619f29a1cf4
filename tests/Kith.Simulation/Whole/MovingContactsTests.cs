using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;

namespace Kith.Simulation.Whole;

public sealed class MovingContactsTests(ITestOutputHelper output)
{
    private const long Second = 1_000;
    private const long Minute = 60 * Second;

    /// <summary>
    /// Pairs of contacts both go to other networks in the same moment, some behind NATs, in a network of whole nodes that joined by messages alone, and find each other again. Nothing but
    /// the DHT carries it: no link between the two is left.
    /// </summary>
    [Theory]
    [InlineData("Internet")]
    [InlineData("Bad")]
    public void BothMove_FindEachOtherInSeconds(string kind) => SimulationRun.Under(seed =>
    {
        const long Patience = 30 * Second;
        var isLarge = SimulationRun.IsFull && kind == "Internet";
        var (count, pairs) = isLarge ? (10_000, 25) : (200, 10);
        var quality = kind == "Bad" ? LinkQuality.Bad : LinkQuality.Internet;
        var world = new NodeWorld(seed, quality);
        for (var i = 0; i < count; i++)
        {
            world.Add(i < 3 ? null : world.AnyNat());
            world.Network.Run(isLarge ? 5 : 50);
        }

        world.Network.Run(Minute);
        var together = true;
        var people = new List<(Person One, Person Other)>();
        for (var pair = 0; pair < pairs; pair++)
            people.Add((Make(world, 2 * pair), Make(world, (2 * pair) + 1)));
        foreach (var person in people.SelectMany(pair => new[] { pair.One, pair.Other }))
            person.KeepPublishing(() => together);
        world.Network.Run(20 * Second);
        output.WriteLine($"{kind}: {count} nodes, {world.Nodes.Count(node => node.Nat is not null)} behind NATs; nodes known mean {world.Nodes.Average(node => node.Core.Dht.Table.Count):F0} least {world.Nodes.Min(node => node.Core.Dht.Table.Count)}");

        var (times, votes) = (new List<long>(), new List<long>());
        foreach (var (one, other) in people)
        {
            world.Move(one.Node);
            world.Move(other.Node);
            var moved = world.Network.Now;
            one.LookFor(other);
            other.LookFor(one);
            bool Sees(Person person) => person.Node.Core.Walker.Wan is { } wan && wan.SameAddress(NodeWorld.Outside(person.Node));
            Assert.True(world.Network.RunUntil(() => Sees(one) && Sees(other), Patience));
            votes.Add(world.Network.Now - moved);
            var found = world.Network.RunUntil(() => one.FoundAt is not null && other.FoundAt is not null, Patience);
            Assert.True(found, $"pair {times.Count}: not found: {Describe(one)}; {Describe(other)}");
            times.Add(Math.Max(one.FoundAt!.Value, other.FoundAt!.Value) - moved);
        }

        together = false;
        times.Sort();
        votes.Sort();
        output.WriteLine($"found each other again after {times[0]} to {times[^1]} ms, median {times[times.Count / 2]} ms; their new addresses known to themselves after {votes[votes.Count / 2]} ms (median)");
        Assert.True(times[times.Count / 2] < 10 * Second);
    }, nameof(BothMove_FindEachOtherInSeconds));

    private static string Describe(Person person) =>
        $"at {NodeWorld.Outside(person.Node)} {person.Node.Nat?.Kind.ToString() ?? "open"}, by vote {person.Node.Core.Walker.Wan}, knows {person.Node.Core.Dht.Table.Count}, found {person.FoundAt is not null}";

    private static Person Make(NodeWorld world, int number)
    {
        const int FirstThatMoves = 10;
        var key = Ed25519PrivateKey.FromSeed(world.Network.Random.NextBytes(32));
        return new Person(world.Nodes[FirstThatMoves + number], key, new FindSecret(world.Network.Random.NextBytes(FindSecret.Size)));
    }
}
