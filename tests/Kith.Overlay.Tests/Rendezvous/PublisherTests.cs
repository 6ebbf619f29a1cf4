using Kith.Overlay.Dht;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Tests.Rendezvous;

public sealed class PublisherTests
{
    private const string Old = "192.0.2.1:7300";
    private const string New = "198.51.100.7:7300";
    private readonly World _world = new();

    [Fact]
    public void Published_IsPutAtOnceAndFound()
    {
        _world.Publish(_world.Publication(1, Old));
        Assert.NotEmpty(_world.Items.Puts);
        _world.Pass(0);
        Assert.Equal([Old], _world.Addresses(1));
    }

    [Fact]
    public void ChangedAddress_IsPutAtOnceThoughAPutIsUnderWay()
    {
        _world.Publish(_world.Publication(1, Old));
        var before = _world.Items.Puts.Count;
        _world.Publish(_world.Publication(1, New));
        Assert.Equal(before, _world.Items.Cancelled);
        Assert.Equal(2 * before, _world.Items.Puts.Count);
        _world.Pass(0);
        Assert.Equal([New], _world.Addresses(1));
    }

    [Fact]
    public void SameAgain_IsNotPutAgain()
    {
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(0);
        var before = _world.Items.Puts.Count;
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(1000);
        Assert.Equal(before, _world.Items.Puts.Count);
    }

    [Fact]
    public void AddressThatChangesEachSecond_IsPutNowAndThen()
    {
        for (var second = 0; second < 600; second++)
        {
            _world.Publish(_world.Publication(1, $"192.0.2.1:{second + 1}"));
            _world.Pass(1000);
        }

        // A burst, then one each half minute; twice that near the edge of a period.
        Assert.InRange(_world.Items.Puts.Count, 10, 50);
        _world.Pass(RendezvousLimits.ChangeInterval * 2);
        Assert.Equal(["192.0.2.1:600"], _world.Addresses(1));
    }

    [Fact]
    public void Renewed_EachHourAndNotTogether()
    {
        _world.Publish([.. Enumerable.Range(1, 20).Select(i => _world.Publication((byte)i, Old))]);
        _world.Pass(0);
        _world.Items.Puts.Clear();
        var most = 0;
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            var before = _world.Items.Puts.Count;
            _world.Pass(60_000);
            most = Math.Max(most, _world.Items.Puts.Count - before);
        }

        // Twenty records for a day: once an hour each, and for one hour in six the next period's too.
        Assert.InRange(_world.Items.Puts.Count, 20 * 22, 20 * 32);
        Assert.InRange(most, 1, 8);
    }

    [Fact]
    public void RecordIsThere_WheneverSomebodyLooks()
    {
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(0);
        for (var minute = 0; minute < 26 * 60; minute += 10)
        {
            _world.Pass(10 * 60_000);

            // Nodes forget an item after two hours (BEP 44).
            foreach (var expired in _world.Items.Stored.Where(item => item.Value.Sequence + (2 * World.Hour) < _world.Now).ToArray())
                _world.Items.Stored.Remove(expired.Key);
            Assert.Equal([Old], _world.Addresses(1));
        }
    }

    [Fact]
    public void TargetsAndKeys_AreOthersInEachPeriodAndForEachSecret()
    {
        _world.Publish(_world.Publication(1, Old), _world.Publication(2, Old));
        _world.Pass(3 * 24 * World.Hour);
        var perTarget = _world.Items.Puts.GroupBy(put => put.Target).ToArray();
        Assert.InRange(perTarget.Length, 2 * 12, 2 * 14);
        Assert.Equal(perTarget.Length, perTarget.Select(group => group.First().Key).Distinct().Count());
        Assert.All(_world.Items.Puts, put => Assert.Equal(FindRecord.Size + 4, put.Value.Length));
        Assert.Equal(_world.Items.Puts.Count, _world.Items.Puts.Select(put => Convert.ToHexString(put.Value)).Distinct().Count());
    }

    [Fact]
    public void PeriodsOfTwoSecrets_DoNotTurnTogether()
    {
        var offsets = Enumerable.Range(1, 50).Select(i => new FindSchedule(World.Secret((byte)i)).StartOf(1000)).Distinct();
        Assert.Equal(50, offsets.Count());
    }

    [Fact]
    public void Removed_IsOverwrittenOnceAndLeftAlone()
    {
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(0);
        var targets = _world.Items.Stored.Count;
        _world.Publish();
        _world.Pass(0);
        Assert.Null(_world.Addresses(1));
        var puts = _world.Items.Puts.Count;
        Assert.Equal(2 * targets, puts);
        _world.Pass(24 * World.Hour);
        Assert.Equal(puts, _world.Items.Puts.Count);
        Assert.Equal(long.MaxValue, _world.Core.NextDeadline);
    }

    [Fact]
    public void RemovedWhileNobodyIsThere_IsGivenUp()
    {
        _world.Items.Nodes = 0;
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(0);
        _world.Publish();
        _world.Pass(World.Hour);
        Assert.Equal(long.MaxValue, _world.Core.NextDeadline);
    }

    [Fact]
    public void RemovedAndThereAgain_IsFoundAgain()
    {
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(1000);
        _world.Publish();
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(RendezvousLimits.ChangeInterval);
        Assert.Equal([Old], _world.Addresses(1));
    }

    [Fact]
    public void NobodyThere_IsTriedLessAndLess()
    {
        _world.Items.Nodes = 0;
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(World.Hour);
        Assert.InRange(_world.Items.Puts.Count, 8, 40);
        _world.Items.Puts.Clear();
        _world.Items.Nodes = 8;
        _world.Core.Renew(_world.Now);
        _world.Pass(0);
        Assert.NotEmpty(_world.Items.Puts);
        Assert.Equal([Old], _world.Addresses(1));
    }

    [Fact]
    public void ClockSetBackAcrossARestart_GoesOnAfterWhatIsThere()
    {
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(0);

        // The same person after a restart, an hour earlier by a clock that was wrong before.
        var again = new World { Now = World.Start - (10 * 60_000) };
        foreach (var (target, item) in _world.Items.Stored)
            again.Items.Stored[target] = item;
        again.Publish(new Publication(World.Secret(1), _world.Maker, new Contactable([New])));
        again.Pass(60_000);
        Assert.Equal([New], again.Find(1, maker: _world.Maker.PublicKey)[^1].Record?.Content.Addresses);
    }

    [Fact]
    public void SequenceAtTheEnd_IsNotFollowed()
    {
        using var keys = PeriodKeys.Derive(World.Secret(1), new FindSchedule(World.Secret(1)).IndexAt(World.Start));
        _world.Items.Stored[keys.Target.Id] = DhtItem.Sign(keys.ItemKey, keys.Salt.Span, long.MaxValue, DhtItem.Encode("mine"u8));
        _world.Publish(_world.Publication(1, Old));
        _world.Pass(World.Hour);
        Assert.All(_world.Items.Puts, put => Assert.InRange(put.Sequence, World.Start, World.Start + (2 * World.Hour)));
        Assert.InRange(_world.Items.Puts.Count, 1, 60);
    }

    [Fact]
    public void ManySecrets_ArePutFewAtATime()
    {
        _world.Publish([.. Enumerable.Range(1, 200).Select(i => _world.Publication((byte)i, Old))]);
        Assert.Equal(RendezvousLimits.MaxPuts, _world.Items.UnderWay);
        _world.Pass(0);
        Assert.InRange(_world.Items.Stored.Count, 200, 400);
    }

    /// <summary>A node that has just moved knows few others: its record must not stand on those alone until the next hour.</summary>
    [Fact]
    public void RecordThatFewTook_IsPutAgainSoonAndThenEverMoreSeldom()
    {
        _world.Items.Nodes = RendezvousLimits.EnoughNodes - 1;
        _world.Publish(_world.Publication(1, "192.0.2.1:1"));
        _world.Pass(1000);
        Assert.Single(_world.Items.Puts);
        _world.Pass(RendezvousLimits.FirstRetry + 1000);
        Assert.Equal(2, _world.Items.Puts.Count);
        _world.Pass(World.Hour);
        Assert.InRange(_world.Items.Puts.Count, 8, 20);

        _world.Items.Nodes = RendezvousLimits.EnoughNodes;
        _world.Pass(RendezvousLimits.LastRetry * 5 / 4);
        var puts = _world.Items.Puts.Count;
        _world.Pass(RendezvousLimits.RenewInterval - RendezvousLimits.RenewJitter - (RendezvousLimits.LastRetry * 5 / 4));
        Assert.Equal(puts, _world.Items.Puts.Count);
    }
}
