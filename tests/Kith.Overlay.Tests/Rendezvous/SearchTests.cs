using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Tests.Rendezvous;

public sealed class SearchTests
{
    private const string Address = "192.0.2.1:7300";
    private readonly World _world = new();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-6)]
    [InlineData(6)]
    public void ClockHoursOff_FindsAllTheSame(int hours)
    {
        _world.Publish(_world.Publication(1, Address));
        _world.Pass(0);
        Assert.Equal([Address], _world.Addresses(1, hours * World.Hour));
    }

    [Fact]
    public void ClockDaysOff_FindsNothing()
    {
        _world.Publish(_world.Publication(1, Address));
        _world.Pass(0);
        Assert.Null(_world.Addresses(1, 3 * 24 * World.Hour));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void OldRecordInOnePeriodNewerInAnother_TheNewerIsFound(int finderOff)
    {
        // Just before and just after the publisher's period turns: the old record still stands where the finder looks first.
        var schedule = new FindSchedule(World.Secret(1));
        _world.Now = schedule.StartOf(schedule.IndexAt(World.Start) + 1) - 1000;
        _world.Publish(_world.Publication(1, Address));
        _world.Pass(0);
        var stands = _world.Items.Stored.ToArray();
        _world.Pass(90 * 60_000);
        _world.Publish(_world.Publication(1, "198.51.100.7:1"));
        _world.Pass(0);
        foreach (var (target, item) in stands.Where(item => item.Key != _world.Items.Puts[^1].Target))
            _world.Items.Stored[target] = item;
        Assert.Equal(["198.51.100.7:1"], _world.Addresses(1, finderOff * World.Hour));
    }

    [Theory]
    [InlineData(-5, 5)]
    [InlineData(5, -2)]
    [InlineData(0, 0)]
    public void DifferenceOfClocks_IsSaidAsFarAsItIsSure(int finderOff, int atLeastHours)
    {
        _world.Publish(_world.Publication(1, Address));
        _world.Pass(0);
        var difference = _world.Find(1, finderOff * World.Hour)[^1].ClockDifference;
        Assert.Equal(Math.Sign(atLeastHours), Math.Sign(difference));
        Assert.InRange(Math.Abs(difference), Math.Abs(atLeastHours) * World.Hour - (World.Hour / 5), Math.Abs(atLeastHours) * World.Hour);
    }

    [Fact]
    public void NothingThere_LooksInThreePeriodsAndSaysSo()
    {
        var report = Assert.Single(_world.Find(1));
        Assert.Null(report.Record);
        Assert.Equal(3, _world.Items.Gets.Distinct().Count());
        Assert.Equal(60, report.Queries);
    }

    [Fact]
    public void NothingThereAgainAndAgain_NeighboursAreSearchedNowAndThen()
    {
        var periods = Enumerable.Range(0, 8).Select(_ =>
        {
            _world.Items.Gets.Clear();
            _world.Find(1);
            return _world.Items.Gets.Count;
        });
        Assert.Equal([3, 1, 1, 1, 3, 1, 1, 1], periods);
    }

    [Fact]
    public void UserAsks_NeighboursAreSearchedInAnyCase()
    {
        _world.Find(1);
        _world.Items.Gets.Clear();
        _world.Core.Find(_world.Now, World.Secret(1), _world.Maker.PublicKey, _ => { }, isThorough: true);
        _world.Items.Answer();
        Assert.Equal(3, _world.Items.Gets.Count);
    }

    [Fact]
    public void Found_LooksNoFurther()
    {
        _world.Publish(_world.Publication(1, Address));
        _world.Pass(0);
        var reports = _world.Find(1);
        Assert.InRange(_world.Items.Gets.Count, 1, 2);
        Assert.Equal(3, reports[^1].Hops);
        Assert.Equal(_world.Now, reports[^1].Record!.MadeAt);
    }

    [Fact]
    public void NearAnEdge_BothSidesAreSearchedAtOnce()
    {
        var schedule = new FindSchedule(World.Secret(1));
        _world.Now = schedule.StartOf(schedule.IndexAt(World.Start) + 1) - 1000;
        _world.Core.Find(_world.Now, World.Secret(1), _world.Maker.PublicKey, _ => { });
        Assert.Equal(2, _world.Items.Gets.Count);
    }

    [Fact]
    public void NewerRecordOnAnotherNode_IsReportedAfterTheFirst()
    {
        var items = new ScriptedItems();
        var core = new RendezvousCore(items, _world.Random);
        var reports = new List<SearchProgress>();
        core.Find(World.Start, World.Secret(1), _world.Maker.PublicKey, reports.Add);
        using var keys = PeriodKeys.Derive(World.Secret(1), new FindSchedule(World.Secret(1)).IndexAt(World.Start));
        items.Report(keys.Target, Record(keys, 5, "192.0.2.1:1"), finished: false);
        items.Report(keys.Target, Record(keys, 9, "192.0.2.1:2"), finished: false);
        items.Report(keys.Target, Record(keys, 9, "192.0.2.1:2"), finished: true);
        Assert.Equal(["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:2"], reports.Select(report => report.Record!.Content.Addresses[0]));
        Assert.Equal([false, false, true], reports.Select(report => report.IsFinished));
    }

    [Fact]
    public void OlderSequenceAfterANewer_IsNotTaken()
    {
        var items = new ScriptedItems();
        var reports = new List<SearchProgress>();
        new RendezvousCore(items, _world.Random).Find(World.Start, World.Secret(1), _world.Maker.PublicKey, reports.Add);
        using var keys = PeriodKeys.Derive(World.Secret(1), new FindSchedule(World.Secret(1)).IndexAt(World.Start));
        items.Report(keys.Target, Record(keys, 9, "192.0.2.1:2"), finished: false);
        items.Report(keys.Target, Record(keys, 5, "192.0.2.1:1"), finished: true);
        Assert.Equal("192.0.2.1:2", reports[^1].Record!.Content.Addresses[0]);
    }

    [Fact]
    public void ForgedNewerRecord_DoesNotReplaceAGoodOne()
    {
        var items = new ScriptedItems();
        var reports = new List<SearchProgress>();
        new RendezvousCore(items, _world.Random).Find(World.Start, World.Secret(1), _world.Maker.PublicKey, reports.Add);
        using var keys = PeriodKeys.Derive(World.Secret(1), new FindSchedule(World.Secret(1)).IndexAt(World.Start));
        using var thief = Ed25519PrivateKey.Generate(_world.Random);
        items.Report(keys.Target, Record(keys, 5, "192.0.2.1:1"), finished: false);
        items.Report(keys.Target, FindRecord.Seal(keys, 9, new Contactable(["203.0.113.1:1"]), 9, thief, _world.Random), finished: true);
        Assert.Equal("192.0.2.1:1", reports[^1].Record!.Content.Addresses[0]);
    }

    [Fact]
    public void Cancelled_ReportsNothing()
    {
        _world.Publish(_world.Publication(1, Address));
        _world.Pass(0);
        var search = _world.Core.Find(_world.Now, World.Secret(1), _world.Maker.PublicKey, _ => Assert.Fail("reported"));
        _world.Core.Cancel(search);
        _world.Items.Answer();
        Assert.True(search.IsFinished);
    }

    [Fact]
    public void TooManySearches_EndTheOldest()
    {
        var ended = 0;
        for (var i = 0; i < RendezvousLimits.MaxSearches + 3; i++)
            _world.Core.Find(_world.Now, World.Secret((byte)i), _world.Maker.PublicKey, report => ended += report.IsFinished ? 1 : 0);
        Assert.Equal(3, ended);
    }

    private DhtItem Record(PeriodKeys keys, long sequence, string address) =>
        FindRecord.Seal(keys, sequence, new Contactable([address]), World.Start, _world.Maker, _world.Random);

    /// <summary>Reports what the test says.</summary>
    private sealed class ScriptedItems : IMutableItems
    {
        private readonly Dictionary<NodeId, Action<GetProgress>> _gets = [];

        public DhtLookup Get(long now, DhtTarget target, Action<GetProgress> progress)
        {
            _gets[target.Id] = progress;
            return new Lookup(target.Id);
        }

        public DhtLookup Put(long now, DhtItem item, Action<PutResult> done) => throw new NotSupportedException();

        public void Cancel(DhtLookup lookup)
        {
        }

        public void Report(DhtTarget target, DhtItem item, bool finished) => _gets[target.Id](new GetProgress(item, finished, 2, 9, 9));

        private sealed class Lookup(NodeId target) : DhtLookup(target);
    }
}
