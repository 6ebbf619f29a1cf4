using Kith.Mailbox.Boxes;
using Kith.Mailbox.Repair;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Repair;

public sealed class RepairPolicyTests
{
    [Theory]
    [InlineData(6)]
    [InlineData(4)]
    [InlineData(3)]
    public void AllMembersLook_EachIsAuditedByTwoOthers(int members)
    {
        var audited = new int[members];
        var chosen = new List<int>();
        for (var own = 0; own < members; own++)
        {
            RepairPolicy.Choose(members, own, isWary: false, random: 0.5, chosen);
            Assert.DoesNotContain(own, chosen);
            foreach (var index in chosen)
                audited[index]++;
        }

        Assert.All(audited, count => Assert.Equal(RepairPolicy.Audited, count));
    }

    [Fact]
    public void SomethingWasWrong_AllOthersAreAudited()
    {
        var chosen = new List<int>();
        RepairPolicy.Choose(6, 2, isWary: true, random: 0, chosen);
        Assert.Equal([0, 1, 3, 4, 5], chosen.Order());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(6, 2)]
    public void NoMember_AuditsAsManyAsThereAreUpToTwo(int members, int expected)
    {
        var chosen = new List<int>();
        RepairPolicy.Choose(members, -1, isWary: false, random: 0.999_999, chosen);
        Assert.Equal(expected, chosen.Distinct().Count());
        Assert.All(chosen, index => Assert.InRange(index, 0, members - 1));
    }

    [Fact]
    public void AloneAmongMembers_AuditsNobody()
    {
        var chosen = new List<int> { 7 };
        RepairPolicy.Choose(1, 0, isWary: true, random: 0, chosen);
        Assert.Empty(chosen);
    }

    [Fact]
    public void NothingIsWrong_PausesDoubleUpToAnHour()
    {
        var pause = RepairPolicy.FirstPause;
        for (var looks = 0; looks < 20; looks++)
            pause = RepairPolicy.Next(pause, wasWrong: false);
        Assert.Equal(RepairPolicy.LongestPause, pause);
        Assert.Equal(RepairPolicy.FirstPause, RepairPolicy.Next(pause, wasWrong: true));
    }

    [Fact]
    public void MoreTroubledBoxesAreDueThanCanBeLookedAt_QuietOnesHaveTheirTurn()
    {
        var plan = new LookPlan();
        var quiet = new BoxCare(BoxAddress.FromBytes(new byte[BoxAddress.Size]));
        for (var i = 0; i < 10; i++)
            plan.Add(new BoxCare(quiet.Address), at: i, isUrgent: true);
        plan.Add(quiet, at: 100, isUrgent: false);
        Assert.True(plan.TryTake(200, out var first));
        Assert.True(plan.TryTake(200, out var second));
        Assert.NotSame(quiet, first);
        Assert.Same(quiet, second);
    }

    [Fact]
    public void BoxIsPlannedAnew_ItIsTakenOnceAndAtTheLastTime()
    {
        var plan = new LookPlan();
        var box = new BoxCare(BoxAddress.FromBytes(new byte[BoxAddress.Size]));
        plan.Add(box, at: 50, isUrgent: false);
        plan.Add(box, at: 10, isUrgent: true);
        Assert.True(plan.TryTake(10, out _));
        Assert.False(plan.TryTake(60, out _));
    }

    [Fact]
    public void WorkIsWanted_ItIsDoneInSlicesAndHolds()
    {
        var work = new LoadWork();
        var challenge = new byte[WireLimits.ChallengeSize];
        ulong? done = null;
        Assert.True(work.TryBegin(new WorkWanted(12, challenge), (_, nonce) => done = nonce));
        for (var slices = 0; slices < 100 && work.HasSome; slices++)
            work.Tick(slices);
        Assert.True(ProofOfWork.HoldsForLoad(challenge, 12, done!.Value));
    }

    [Theory]
    [InlineData(0, WireLimits.ChallengeSize)]
    [InlineData(40, WireLimits.ChallengeSize)]
    [InlineData(12, 3)]
    public void WorkIsNoneOrTooMuch_NotBegun(int bits, int challenge) =>
        Assert.False(new LoadWork().TryBegin(new WorkWanted(bits, new byte[challenge]), (_, _) => Assert.Fail("done")));

    [Fact]
    public void ProofThatACopyMayGiveWayIsOld_NotUsed()
    {
        var book = new SurplusBook();
        book.Add(0, default, default);
        Assert.False(book.TryTake(11 * 60_000, out _, out _));
        Assert.True(book.IsWanted(11 * 60_000));
        book.Add(12 * 60_000, default, default);
        Assert.True(book.TryTake(13 * 60_000, out _, out _));
        Assert.False(book.TryTake(13 * 60_000, out _, out _));
    }
}
