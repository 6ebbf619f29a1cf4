using Kith.Node.Network;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

public sealed class SearchScheduleTests
{
    private static readonly AccountId Alice = Id(1);
    private static readonly AccountId Bob = Id(2);

    private readonly SearchSchedule _schedule = new();

    [Fact]
    public void NobodyToAsk_NothingIsDue()
    {
        Want(0, Alice);
        Assert.Null(_schedule.NextDeadline);
        Assert.Empty(_schedule.TakeDue(1_000));
    }

    [Fact]
    public void SomebodyToAsk_TheAbsentAreLookedForAtOnce()
    {
        _schedule.Want(new HashSet<AccountId> { Alice, Bob }, contact => contact == Bob, 0);
        _schedule.SetReady(true, 100);
        Assert.Equal(100, _schedule.NextDeadline);
        Assert.Equal([Alice], _schedule.TakeDue(100));
    }

    [Fact]
    public void AnotherNetwork_EverybodyIsLookedForUntilTheDoubtIsOver()
    {
        _schedule.Want(new HashSet<AccountId> { Alice, Bob }, contact => contact == Bob, 0);
        _schedule.SetReady(true, 0);
        _schedule.TakeDue(0);
        _schedule.Ended(Alice, 0);
        _schedule.SetOnline(Alice, true, 100);
        Assert.Null(_schedule.NextDeadline);

        _schedule.DoubtAll(2_000);
        Assert.Equal([Alice, Bob], _schedule.TakeDue(2_000).Order());
        _schedule.Ended(Alice, 2_100);
        _schedule.Ended(Bob, 2_100);
        _schedule.SetOnline(Alice, true, 2_200);
        Assert.Equal([Bob], _schedule.TakeDue(_schedule.NextDeadline!.Value));
        for (var now = 2_000L; now < 2_000 + (3 * SearchSchedule.Doubt); now += 100)
        {
            foreach (var contact in _schedule.TakeDue(now))
                _schedule.Ended(contact, now);
        }

        Assert.Null(_schedule.NextDeadline);
    }

    [Fact]
    public void SearchUnderWay_NoSecondOne()
    {
        Ready(0, Alice);
        _schedule.TakeDue(0);
        _schedule.Urge(Alice, 5_000);
        Assert.Empty(_schedule.TakeDue(5_000));
        _schedule.Ended(Alice, 5_100);
        Assert.Equal([Alice], _schedule.TakeDue(_schedule.NextDeadline!.Value));
    }

    [Fact]
    public void WithoutASession_PausesGrowToTheLongest()
    {
        Ready(0, Alice);
        var now = 0L;
        var pauses = new List<long>();
        for (var i = 0; i < 14; i++)
        {
            Assert.Equal([Alice], _schedule.TakeDue(now));
            _schedule.Ended(Alice, now);
            pauses.Add(_schedule.NextDeadline!.Value - now);
            now = _schedule.NextDeadline.Value;
        }

        Assert.Equal([500, 1_000, 2_000, 4_000], pauses.Take(4));
        Assert.Equal(SearchSchedule.LongestPause, pauses[^1]);
    }

    [Fact]
    public void ManyAbsent_EachIsLookedForLessOften()
    {
        var many = Enumerable.Range(1, 100).Select(number => Id((byte)number)).ToArray();
        Ready(0, many);
        var now = 0L;
        long searches = 0;
        // The second hour: by then all pauses have grown.
        while (now < 2 * 3_600_000)
        {
            foreach (var contact in _schedule.TakeDue(now))
            {
                if (now > 3_600_000)
                    searches++;
                _schedule.Ended(contact, now);
            }

            now = _schedule.NextDeadline!.Value;
        }

        Assert.InRange(searches, 1, 3_600_000 / SearchSchedule.PausePerContact + many.Length);
    }

    [Fact]
    public void Urged_LooksAtOnceButNotTwiceASecond()
    {
        Ready(0, Alice);
        _schedule.TakeDue(0);
        _schedule.Ended(Alice, 0);
        Assert.False(_schedule.Urge(Alice, 500));
        Assert.True(_schedule.Urge(Alice, 60_000));
        Assert.Equal(60_000, _schedule.NextDeadline);
        Assert.Equal([Alice], _schedule.TakeDue(60_000));
        _schedule.Ended(Alice, 60_010);
        Assert.False(_schedule.Urge(Alice, 60_900));
        Assert.True(_schedule.Urge(Alice, 61_000));
    }

    [Fact]
    public void Connected_IsNotLookedForUntilGoneAgain()
    {
        Ready(0, Alice);
        _schedule.SetOnline(Alice, online: true, 10);
        Assert.Null(_schedule.NextDeadline);
        _schedule.SetOnline(Alice, online: false, 90_000);
        Assert.Equal([Alice], _schedule.TakeDue(90_000));
    }

    [Fact]
    public void MoreThanTheLimit_WaitForAnEnd()
    {
        var many = Enumerable.Range(1, SearchSchedule.MaxSearching + 3).Select(number => Id((byte)number)).ToArray();
        Ready(0, many);
        var first = _schedule.TakeDue(0);
        Assert.Equal(SearchSchedule.MaxSearching, first.Count);
        Assert.Null(_schedule.NextDeadline);
        _schedule.Ended(first[0], 10);
        Assert.Single(_schedule.TakeDue(10));
    }

    [Fact]
    public void NoLongerWantedDuringASearch_LeavesItsPlace()
    {
        Ready(0, Alice);
        _schedule.TakeDue(0);
        Want(0, Bob);
        _schedule.Ended(Alice, 10);
        for (byte i = 10; i < 10 + SearchSchedule.MaxSearching; i++)
            Assert.NotNull(_schedule.NextDeadline);
        Assert.Equal([Bob], _schedule.TakeDue(10));
    }

    private static AccountId Id(byte number)
    {
        var bytes = new byte[AccountId.Size];
        bytes[0] = number;
        return AccountId.FromBytes(bytes);
    }

    private void Ready(long now, params AccountId[] contacts)
    {
        Want(now, contacts);
        _schedule.SetReady(true, now);
    }

    private void Want(long now, params AccountId[] contacts) => _schedule.Want(contacts.ToHashSet(), _ => false, now);
}
