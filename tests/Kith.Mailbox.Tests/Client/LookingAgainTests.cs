using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>A box that is watched and lacks news or holders is looked into again within seconds, what we end ourselves is held against nobody, and what a holder lost is found again.</summary>
public sealed class LookingAgainTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static ReadableBox Readable => Rows.Readable() with { Since = Rows.Now, IsWatched = true };

    [Fact]
    public void HolderThatLostAll_IsListedFromItsBeginning()
    {
        var world = new ClientWorld();
        var (writer, reader, box) = (new TestWriter(world), new TestReader(world), Rows.Writable());
        reader.Read(Readable with { IsWatched = false });
        writer.Put(box, 40, 8192);
        Assert.True(world.RunUntil(() => reader.Vault.Count == 40, TimeSpan.FromMinutes(10)));
        world.Run(5 * Second);
        foreach (var holder in world.Holders.Values)
            holder.Wipe();
        writer.Put(box, 1);
        Assert.True(world.RunUntil(() => reader.Vault.Count == 41, TimeSpan.FromMinutes(30)));
    }

    [Theory]
    [InlineData(AskFailure.Withdrawn, 0)]
    [InlineData(AskFailure.Crowded, 0)]
    [InlineData(AskFailure.Unreachable, 6)]
    public void NewsThatEnd_AreAskedForAgainSoon(AskFailure failure, int blamed)
    {
        var world = new ClientWorld();
        var reader = new TestReader(world);
        reader.Read(Readable);
        world.Run(5 * Second);
        var before = Watches(reader);
        Assert.Equal(ClientLimits.Watched, before.Count);
        foreach (var ticket in before)
            reader.Answered(ticket, null, failure);
        Assert.Equal(blamed, reader.FailedHolders.Count);
        world.Run(5 * Second);
        Assert.InRange(Watches(reader).Count, 2 * ClientLimits.Watched, int.MaxValue);
    }

    [Fact]
    public void NewsThatEndWhileAnotherHolderIsSilent_AreAskedForAgainSoon()
    {
        var world = new ClientWorld(MailboxLimits.Holders);
        world.Holders.Values.First().Conduct = Conduct.Silent;
        var reader = new TestReader(world);
        reader.Read(Readable);
        world.Run(Second / 4);
        foreach (var ticket in Watches(reader))
            reader.Answered(ticket, null, AskFailure.Withdrawn);
        world.Run(20 * Second);
        Assert.InRange(Watches(reader).Count, 2 * ClientLimits.Watched, int.MaxValue);
    }

    [Fact]
    public void HolderThatIsKnownLater_WhereThereAreFew_IsFoundSoon_AndThenNoLookFollowsTheOther()
    {
        var world = new ClientWorld(2);
        var reader = new TestReader(world);
        reader.Read(Readable);
        world.Run(3 * Second);
        var third = new SimulatedHolder();
        world.Holders[Endpoint.FromIPv4(0xC613_0000U, 7300)] = third;
        Assert.True(world.RunUntil(() => third.Watchers > 0, 10 * Second));
        world.Run(600 * Second);
        var asked = world.Asked[typeof(ReadRequest)];
        world.Run(300 * Second);
        // All holders that there are tell news: what is looked into now is one box in four minutes, and the sweep's one each minute.
        Assert.InRange(world.Asked[typeof(ReadRequest)] - asked, 0, 3 * (5 + 2 + (2 * ClientLimits.PeriodsRead)));
    }

    // A network as young as the reader: six could be asked at first, and writers soon know others that stand nearer.
    [Fact]
    public void HoldersThatAreKnownLaterAndStandNearer_TellNewsSoon()
    {
        var world = new ClientWorld(MailboxLimits.Holders);
        var (writer, reader, box) = (new TestWriter(world), new TestReader(world), Rows.Writable());
        reader.Read(Readable);
        world.Run(Second);
        for (var i = 0; i < 100; i++)
            world.Holders[Endpoint.FromIPv4(0xC613_0000U + (uint)(i << 8), 7300)] = new SimulatedHolder();
        world.Run(5 * Second);
        writer.Put(box, 1);
        Assert.True(world.RunUntil(() => reader.Vault.Count == 1, 2 * Second));
    }

    [Fact]
    public void WhereNobodyElseIsKnownLater_NobodyIsAskedAgain()
    {
        var world = new ClientWorld();
        var reader = new TestReader(world);
        reader.Read(Readable);
        world.Run(Second);
        var (asked, finds) = (world.Asked[typeof(ReadRequest)], reader.Finds);
        world.Run(40 * Second);
        Assert.Equal(asked, world.Asked[typeof(ReadRequest)]);
        Assert.InRange(reader.Finds - finds, 4, 8);
    }

    [Fact]
    public void NewsThatAreLostAgainAndAgain_AreAskedForEverMoreSeldom()
    {
        var world = new ClientWorld();
        var reader = new TestReader(world);
        reader.Read(Readable);
        world.Run(5 * Second);
        foreach (var holder in world.Holders.Values)
            holder.Conduct = Conduct.Refusing;
        foreach (var ticket in Watches(reader))
            reader.Answered(ticket, null, AskFailure.Ended);
        world.Run(60 * Second);
        var early = Watches(reader).Count;
        world.Run(60 * Second);
        Assert.InRange(Watches(reader).Count - early, 0, early - ClientLimits.Watched);
    }

    private static List<long> Watches(TestReader reader) => [.. reader.Sent.Where(static one => one.Request is ReadRequest read && read.Flags.HasFlag(ReadFlags.News)).Select(static one => one.Ticket)];
}
