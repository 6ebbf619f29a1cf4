using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Directory;

public sealed class HolderDirectoryTests
{
    private static readonly BoxAddress Box = BoxAddress.FromBytes(Convert.FromHexString("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));

    [Fact]
    public void Find_AmongThirty_BringsTheNearestSixInOrder()
    {
        var world = new SmallWorld();
        var all = Local(30);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(Nearest(all).Take(6), found());
    }

    [Fact]
    public void Find_ForSomebodyWhoMustNotBeSeen_GreetsAllUnderTheKey_BeforeABoxIsAskedFor()
    {
        var world = new SmallWorld { GreetsAll = true };
        var all = Local(30);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Settle();
        Assert.Equal(all.ToHashSet(), world.Greeted.ToHashSet());
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(Nearest(all).Take(6), found());
        Assert.Equal(30, world.Greeted.Count);
    }

    [Fact]
    public void RequestThatCameToNothing_BringsNoHello_ToSomebodyWhoMustNotBeSeen_ButAtATimeOfTheirOwn()
    {
        var world = new SmallWorld { GreetsAll = true };
        var all = Local(30);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Settle();
        var greeted = world.Greeted.Count;
        var nearest = Nearest(all).ToList();
        world.Directory.Failed(world.Now, nearest[0]);
        world.Directory.KeyFailed(world.Now, nearest[1]);
        world.Pass(DirectoryLimits.FirstSilence + 1);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(nearest.Take(6), found()); // what is known of them stays
        Assert.Equal(greeted, world.Greeted.Count);
        world.Pass(DirectoryLimits.RoundPeriod);
        var round = world.Greeted.Skip(greeted).ToList();
        Assert.Equal(2 + DirectoryLimits.RoundOthers, round.Count);
        Assert.Contains(nearest[0], round);
        Assert.Contains(nearest[1], round);
    }

    [Fact]
    public void HolderThatAnswersInBetween_IsPassedOverForAMomentEachTime_AndOneThatDoesNotForLonger()
    {
        var world = new SmallWorld { GreetsAll = true };
        var all = Local(30);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Settle();
        for (var i = 0; i < 4; i++)
        {
            Assert.True(world.Directory.Serves(world.Now, all[0]));
            world.Directory.Failed(world.Now, all[0]);
            Assert.False(world.Directory.Serves(world.Now, all[0]));
            world.Pass(DirectoryLimits.FirstSilence + 1);
            world.Directory.Answered(all[0]);
        }

        for (var i = 0; i < 2; i++)
        {
            world.Directory.Failed(world.Now, all[1]);
            world.Pass(DirectoryLimits.FirstSilence + 1);
        }

        Assert.True(world.Directory.Serves(world.Now, all[0]));
        Assert.False(world.Directory.Serves(world.Now, all[1]));
    }

    [Fact]
    public void Find_WithTheNearestSilent_BringsTheNextAfterAMoment()
    {
        var world = new SmallWorld();
        var all = Local(30);
        var nearest = Nearest(all).ToList();
        world.Silent.UnionWith(nearest.Take(3));
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Null(found());
        world.Pass(DirectoryLimits.GreetingPatience);
        Assert.Equal(nearest.Skip(3).Take(6), found());
    }

    [Fact]
    public void Find_WithHalfOfThemSilent_BringsTheNearestOfTheOthersAsSoon()
    {
        var world = new SmallWorld();
        var all = Local(40);
        var nearest = Nearest(all).ToList();
        world.Silent.UnionWith(nearest.Where((_, i) => i % 2 == 0));
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 12);
        world.Settle();
        world.Pass(DirectoryLimits.GreetingPatience);
        Assert.Equal(nearest.Where((_, i) => i % 2 == 1).Take(12), found());
    }

    [Fact]
    public void Failed_HolderThatIsGone_IsNotFoundOnceItsSilenceIsOver()
    {
        var world = new SmallWorld();
        var all = Local(10);
        var gone = Nearest(all).First();
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Find(Box, 6);
        world.Settle();
        world.Silent.Add(gone);
        world.Directory.Failed(world.Now, gone);
        world.Pass(DirectoryLimits.FirstSilence);
        var found = world.Find(Box, 6);
        world.Settle();
        world.Pass(DirectoryLimits.GreetingPatience);
        Assert.Equal(Nearest(all).Skip(1).Take(6), found());
    }

    [Fact]
    public void Find_OfOneThatOffersNoRoom_PassesItOver()
    {
        var world = new SmallWorld();
        var all = Local(8);
        var nearest = Nearest(all).ToList();
        world.Guests.Add(nearest[0]);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(nearest.Skip(1).Take(6), found());
    }

    [Fact]
    public void Find_WhereOnlyTwoAre_BringsThemAndNoMore()
    {
        var world = new SmallWorld();
        var all = Local(2);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(Nearest(all), found());
    }

    [Fact]
    public void Find_BeforeAnybodyIsThere_EndsWithNothingInTime()
    {
        var world = new SmallWorld();
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Null(found());
        world.Pass(DirectoryLimits.SearchPatience);
        Assert.Empty(found()!);
    }

    [Fact]
    public void Find_OnTheInternet_TakesOneOfEachPrefix()
    {
        var world = new SmallWorld { Networks = new OwnNetworks([Endpoint.FromIPv4(0xC0A8_0001, 0)]) };
        var all = Enumerable.Range(0, 40).Select(i => Endpoint.FromIPv4(0x0808_0000 + ((uint)(i / 4) << 8) + (uint)i, 1000)).ToList();
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(6, found()!.Select(AddressPrefix.Of).Distinct().Count());
        var expected = Nearest(all).DistinctBy(AddressPrefix.Of).Take(6);
        Assert.Equal(expected, found());
    }

    [Fact]
    public void Find_UnderAFullKey_LooksDeeper()
    {
        var world = new SmallWorld();
        var all = Local(60);
        world.Announce(RoomKey.At(0, 0), all.Take(50));
        foreach (var holder in all)
            world.Announce(RoomKey.At(2, RoomKey.PrefixAt(RoomKey.PlaceOf(holder), 2)), holder);
        world.Directory.Ready(world.Now);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Contains(RoomKey.At(2, RoomKey.PrefixAt(Box, 2)), world.Looked);
        Assert.Equal(Nearest(all).Take(6), found());
    }

    [Fact]
    public void Failed_HolderThatServed_IsPassedOverForAWhileAndThenGreetedAgain()
    {
        var world = new SmallWorld();
        var all = Local(10);
        var nearest = Nearest(all).ToList();
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Find(Box, 6);
        world.Settle();
        world.Directory.Failed(world.Now, nearest[0]);
        var without = world.Find(Box, 6);
        world.Settle();
        Assert.DoesNotContain(nearest[0], without()!);
        world.Pass(DirectoryLimits.FirstSilence);
        var again = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(nearest[0], again()![0]);
    }

    [Fact]
    public void Find_WhereFewAre_WaitsForThoseWhoCameSince()
    {
        var world = new SmallWorld();
        var all = Local(6);
        world.Announce(RoomKey.At(0, 0), all.Take(2));
        world.Directory.Ready(world.Now);
        world.Find(Box, 6);
        world.Settle();
        world.Announce(RoomKey.At(0, 0), all.Skip(2));
        world.Pass(DirectoryLimits.FirstLook);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Equal(Nearest(all), found());
    }

    [Fact]
    public void Distrust_OfALiar_LastsADay()
    {
        var world = new SmallWorld();
        var all = Local(10);
        var liar = Nearest(all).First();
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Find(Box, 6);
        world.Settle();
        world.Directory.Distrust(world.Now, liar);
        world.Pass(23 * 60 * 60_000);
        var found = world.Find(Box, 6);
        world.Settle();
        world.Pass(DirectoryLimits.SearchPatience);
        Assert.DoesNotContain(liar, found()!);
    }

    [Fact]
    public void Offer_Room_IsAnnouncedSoonAndOften()
    {
        var world = new SmallWorld();
        world.Directory.Ready(world.Now);
        world.Directory.Offer(world.Now, offers: true, [Local(1)[0]]);
        world.Settle();
        Assert.Equal([RoomKey.At(0, 0)], world.Announced);
        Assert.True(world.Directory.IsAnnounced);
        world.Pass(60_000);
        Assert.InRange(world.Announced.Count, 4, 8);
        world.Directory.Offer(world.Now, offers: false, []);
        var before = world.Announced.Count;
        world.Pass(60 * 60_000);
        Assert.Equal(before, world.Announced.Count);
    }

    [Fact]
    public void Offer_WhereTheTopIsFull_IsAnnouncedBelowIt()
    {
        var world = new SmallWorld();
        var all = Local(60);
        var own = all[59];
        world.Announce(RoomKey.At(0, 0), all.Take(50));
        world.Directory.Ready(world.Now);
        world.Directory.Offer(world.Now, offers: true, [own]);
        world.Settle();
        Assert.Equal([RoomKey.At(2, RoomKey.PrefixAt(RoomKey.PlaceOf(own), 2))], world.Announced);
    }

    [Fact]
    public void Find_WhereWeAreAmongTheNearest_CountsUs()
    {
        var world = new SmallWorld();
        var all = Local(6);
        world.Announce(RoomKey.At(0, 0), all);
        world.Directory.Ready(world.Now);
        world.Directory.Offer(world.Now, offers: true, [all[0]]);
        var found = world.Find(Box, 6);
        world.Settle();
        Assert.Contains(all[0], found()!);
        Assert.DoesNotContain(all[0], world.Greeted);
    }

    private static List<Endpoint> Local(int count) => [.. Enumerable.Range(1, count).Select(port => Endpoint.FromIPv4(0x7F00_0001, (ushort)(20_000 + port)))];

    private static IEnumerable<Endpoint> Nearest(IEnumerable<Endpoint> holders) => holders.Order(Comparer<Endpoint>.Create((a, b) => Box.CompareDistance(RoomKey.PlaceOf(a), RoomKey.PlaceOf(b))));
}
