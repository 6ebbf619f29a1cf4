using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Simulation.Network;

namespace Kith.Simulation.Mailbox;

/// <summary>Holders look after boxes whose writer is gone: whole cores, some hundred nodes.</summary>
public sealed class RepairTests
{
    private const int Chunks = 20;

    private static int Nodes => SimulationRun.IsFull ? 300 : 60;

    [Fact]
    public void HoldersDieOneByOne_EverythingStays() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        for (var killed = 0; killed < Nodes / 2; killed++)
        {
            // The worst: always the nearest that has the box.
            world.Nearest(box.Address).First().IsUp = false;
            world.Run(TimeSpan.FromSeconds(40));
        }

        Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= MailboxLimits.Holders));
    });

    [Fact]
    public void ThreeOfSixDieAtOnceAgainAndAgain_EverythingStays() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        for (var round = 0; round < 10; round++)
        {
            foreach (var node in world.Nearest(box.Address).Take(3).ToList())
                node.IsUp = false;
            world.Run(TimeSpan.FromHours(1.5));
            Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= MailboxLimits.Holders));
        }
    });

    [Fact]
    public void ManyKeepNothingAndSaySo_TheyAreFoundOut() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, random => random.Happens(0.4) ? Honesty.KeepsNothing : Honesty.Honest);
        world.Run(TimeSpan.FromMinutes(10));
        Assert.True(world.Nodes.Sum(node => node.Distrusted) > 0);
        Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= MailboxLimits.Holders));
    });

    [Fact]
    public void DisksAreLost_TheOthersFillThemAgain() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        foreach (var node in world.Nearest(box.Address).Take(MailboxLimits.Holders - 1).ToList())
            node.Wipe();
        world.Run(TimeSpan.FromHours(3));
        Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= MailboxLimits.Holders));
    });

    [Fact]
    public void NetworkIsParted_BothHalvesHaveItAndTheyAgreeAgainOnDeletes() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        world.Run(TimeSpan.FromMinutes(1));
        var half = world.Nodes.Where((_, i) => i % 2 == 0).ToHashSet();
        world.Hears = (one, other) => half.Contains(one) == half.Contains(other);
        world.Run(TimeSpan.FromHours(2));
        foreach (var holder in world.Nearest(box.Address).Where(half.Contains).Take(MailboxLimits.Holders))
            holder.Answer(world.Now, new DeleteRequest(box.Box, [.. hashes.Select(hash => new DeleteItem(hash, EntryRules.SignDelete(box.Read!, box.Address, hash)))]));
        world.Hears = static (_, _) => true;
        world.Run(TimeSpan.FromHours(4));
        Assert.All(hashes, hash => Assert.Equal(0, world.Nearest(box.Address).Take(MailboxLimits.Holders).Count(node => Has(node, box, hash))));
    });

    [Fact]
    public void NothingIsWrong_HardlyAnythingIsAsked() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        world.Run(TimeSpan.FromDays(1));
        Assert.All(hashes, hash => Assert.Equal(MailboxLimits.Holders, Copies(world, box, hash)));
        Assert.Equal(0, world.Nodes.Sum(node => node.Core.Pushed));
    });

    private static (RepairWorld World, BoxKeys Box, IReadOnlyList<ChunkHash> Hashes) Begin(ulong seed, Func<SimulatedRandom, Honesty> honesty)
    {
        var world = new RepairWorld(seed, Nodes, honesty);
        var secret = new byte[BoxSecret.Size];
        world.Random.Fill(secret);
        var box = BoxKeys.ForReader(new ReadableBox(new BoxSecret(secret), WritableBox.PairPeriod), 1);
        var items = new List<PutItem>();
        for (var i = 0; i < Chunks; i++)
        {
            var chunk = new byte[MailboxLimits.MinChunk];
            world.Random.Fill(chunk);
            items.Add(new PutItem(EntryRules.Sign(box, ChunkHash.Of(chunk), chunk.Length, EntryRules.ExpiryAt(world.Now, MailboxLimits.Kept), 0), chunk));
        }

        foreach (var holder in world.Nearest(box.Address).Take(MailboxLimits.Holders).ToList())
            holder.Answer(world.Now, new PutRequest(box.Box, 0, items));
        return (world, box, items.ConvertAll(item => item.Entry.Hash));
    }

    private static int Copies(RepairWorld world, BoxKeys box, ChunkHash hash) => world.Nodes.Count(node => node.IsUp && Has(node, box, hash));

    private static bool Has(RepairNode node, BoxKeys box, ChunkHash hash) => node.Store.Chunk(box.Address, hash) is not null;
}
