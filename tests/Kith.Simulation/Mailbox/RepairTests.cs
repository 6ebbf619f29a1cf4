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
    public void OneDiesEveryThreeSecondsAfterHoursOfQuiet_EverythingStays() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        // Audits are an hour apart by now, and nobody is told who dies.
        world.Run(TimeSpan.FromHours(6));
        world.IsDeathKnown = false;
        for (var killed = 0; killed < 15; killed++)
        {
            // The worst: always one that has it.
            world.Nearest(box.Address).First(node => Has(node, box, hashes[^1])).IsUp = false;
            world.Run(TimeSpan.FromSeconds(3));
            Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= 2, $"{Copies(world, box, hash)} copies after {killed + 1} deaths"));
        }

        world.Run(TimeSpan.FromMinutes(1));
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
    public void ManySayWithoutProofThatItWasDeleted_NobodyBelievesThem() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, random => random.Happens(0.4) ? Honesty.SaysDeleted : Honesty.Honest);
        world.Run(TimeSpan.FromMinutes(10));
        Assert.True(world.Nodes.Sum(node => node.Distrusted) > 0);
        Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= MailboxLimits.Holders));
    });

    [Fact]
    public void SomeAreFull_OthersTakeTheirPlaceAndTheyAreNotAskedAgainAndAgain() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        foreach (var node in world.Nearest(box.Address).Take(3).ToList())
            node.Wipe(room: MailboxLimits.MinChunk);
        world.Run(TimeSpan.FromHours(4));
        Assert.All(hashes.Skip(1), hash => Assert.InRange(Copies(world, box, hash), MailboxLimits.Holders, MailboxLimits.Asked));
        var before = world.Nodes.Sum(node => node.Core.Audits);
        world.Run(TimeSpan.FromDays(1));
        // Looks every hour by at most a dozen, wary ones after each hour that a refusal counts.
        Assert.InRange(world.Nodes.Sum(node => node.Core.Audits) - before, 1, 24 * 12 * 30);
    });

    [Fact]
    public void AHolderIsNearlyFull_ItTakesWhatItLacksForWork() => SimulationRun.Under(seed =>
    {
        var world = new RepairWorld(seed, Nodes, static _ => Honesty.Honest);
        var (box, items) = Draw(world);
        var busy = world.Nearest(box.Address).First();
        busy.IsUp = false;
        PutInto(world, box, items);
        const int Chunk = MailboxLimits.MaxChunk;
        busy.Wipe(room: 32 * Chunk);
        Fill(world, busy, 29 * Chunk);
        busy.IsUp = true;
        world.Run(TimeSpan.FromHours(3));
        Assert.All(items, item => Assert.True(Has(busy, box, item.Entry.Hash)));
    });

    [Fact]
    public void RoomIsWanted_CopiesThatOthersAreNearerForGiveWay() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        var nearest = world.Nearest(box.Address).Take(MailboxLimits.Holders + 2).ToList();
        nearest[0].IsUp = nearest[1].IsUp = false;
        world.Run(TimeSpan.FromHours(2));
        nearest[0].IsUp = nearest[1].IsUp = true;
        world.Run(TimeSpan.FromHours(2));
        var spare = nearest[^1];
        Assert.True(Has(spare, box, hashes[0]));
        spare.Holding.Offer(spare.Store.Used);
        var (other, items) = Draw(world);
        var put = new PutRequest(other.Box, 0, [items[0]]);
        // Nearly full it wants work of others; what stands for them here is on its own network.
        Assert.Equal([DropCode.Full], ((PutAnswer)spare.Answer(world.Now, put, new RepairNode.SimulatedClient(null) { IsNear = true })!).Codes);
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal([DropCode.Done], ((PutAnswer)spare.Answer(world.Now, put, new RepairNode.SimulatedClient(null) { IsNear = true })!).Codes);
        Assert.Contains(hashes, hash => !Has(spare, box, hash));
        Assert.All(hashes, hash => Assert.True(Copies(world, box, hash) >= MailboxLimits.Holders));
    });

    [Fact]
    public void ChunkRotsOnTheDisk_ItsHolderBlamesNobodyAndGetsItAgain() => SimulationRun.Under(seed =>
    {
        var (world, box, hashes) = Begin(seed, _ => Honesty.Honest);
        world.Run(TimeSpan.FromHours(3));
        var rotten = world.Nearest(box.Address).First();
        foreach (var hash in hashes)
            rotten.Store.Chunk(box.Address, hash)![0] ^= 1;
        world.Run(TimeSpan.FromHours(8));
        Assert.Equal(0, rotten.Distrusted);
        Assert.All(world.Nearest(box.Address).Take(MailboxLimits.Holders), node => Assert.All(hashes, hash => Assert.Equal(hash, ChunkHash.Of(node.Store.Chunk(box.Address, hash)))));
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
        var (box, items) = Draw(world);
        PutInto(world, box, items);
        return (world, box, items.ConvertAll(item => item.Entry.Hash));
    }

    private static (BoxKeys Box, List<PutItem> Items) Draw(RepairWorld world)
    {
        var secret = new byte[BoxSecret.Size];
        world.Random.Fill(secret);
        var box = BoxKeys.ForReader(new ReadableBox(new BoxSecret(secret), WritableBox.PairPeriod), 1);
        var items = new List<PutItem>();
        for (var i = 0; i < Chunks; i++)
            items.Add(Sign(world, box, MailboxLimits.MinChunk));
        return (box, items);
    }

    private static PutItem Sign(RepairWorld world, BoxKeys box, int size)
    {
        var chunk = new byte[size];
        world.Random.Fill(chunk);
        return new PutItem(EntryRules.Sign(box, ChunkHash.Of(chunk), size, EntryRules.ExpiryAt(world.Now, MailboxLimits.Kept), 0), chunk);
    }

    private static void PutInto(RepairWorld world, BoxKeys box, List<PutItem> items)
    {
        foreach (var holder in world.Nearest(box.Address).Take(MailboxLimits.Holders).ToList())
            holder.Answer(world.Now, new PutRequest(box.Box, 0, items));
    }

    // With what others have there.
    private static void Fill(RepairWorld world, RepairNode node, int bytes)
    {
        var (box, _) = Draw(world);
        for (var filled = 0; filled < bytes; filled += MailboxLimits.MaxChunk)
        {
            var item = Sign(world, box, MailboxLimits.MaxChunk);
            node.Store.Add(world.Now, box.Box, item.Entry, 0, item.Chunk.Span);
        }
    }

    private static int Copies(RepairWorld world, BoxKeys box, ChunkHash hash) => world.Nodes.Count(node => node.IsUp && Has(node, box, hash));

    private static bool Has(RepairNode node, BoxKeys box, ChunkHash hash) => node.Store.Chunk(box.Address, hash) is not null;
}
