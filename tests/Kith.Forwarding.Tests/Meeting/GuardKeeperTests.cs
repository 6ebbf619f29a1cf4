using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;

namespace Kith.Forwarding.Tests.Meeting;

public sealed class GuardKeeperTests : IGuardWorld
{
    private readonly SimulatedRandom _random = new(8);
    private readonly List<X25519PublicKey> _called = [];
    private readonly List<X25519PublicKey> _ended = [];
    private readonly ForwarderBook _book;
    private readonly GuardKeeper _keeper;
    private long _now = Forwarders.Now;

    public GuardKeeperTests()
    {
        _book = Forwarders.Book(_random, 8);
        _keeper = new GuardKeeper(this, new PathChooser(_book, _random), _book);
    }

    void IGuardWorld.Connect(ForwarderDescriptor node) => _called.Add(node.Key);

    void IGuardWorld.Disconnect(X25519PublicKey node) => _ended.Add(node);

    void IGuardWorld.GuardsChanged(long now)
    {
    }

    [Fact]
    public void Guards_AreThreeOfDistinctPrefixes_AndLiveOnceConnected()
    {
        Begin();
        Assert.Equal(MeetingLimits.Guards, _called.Count);
        Assert.Equal(MeetingLimits.Guards, _keeper.All.Select(_book.GroupOf).Distinct().Count());
        Assert.Empty(_keeper.Live);
        ConnectAll();
        Assert.Equal(_called, _keeper.Live.Select(static one => one.Node.Key));
    }

    [Fact]
    public void Guard_ThatIsLost_IsCalledAgainWithGrowingPauses_AndStaysAGuardUntilItsTimeIsUp()
    {
        Begin();
        ConnectAll();
        var lost = _called[0];
        _called.Clear();
        var began = _now;
        _keeper.Lost(_now, lost);
        while (_keeper.NextDeadline - began < MeetingLimits.GuardPatience)
        {
            _keeper.Tick(_now = _keeper.NextDeadline);
            Assert.Contains(_keeper.All, one => one.Key == lost);
            _keeper.Lost(_now, lost);
        }

        Assert.All(_called, one => Assert.Equal(lost, one));
        // At most once in the longest pause, but for the first few.
        Assert.InRange(_called.Count, 10L, (MeetingLimits.GuardPatience / MeetingLimits.LastReconnect) + 10);
        Assert.Equal(MeetingLimits.Guards - 1, _keeper.Live.Count);
        _keeper.Connected(_now, lost, Key());
        Assert.Equal(MeetingLimits.Guards, _keeper.Live.Count);
        Assert.Empty(_ended);
    }

    [Fact]
    public void Guard_ThatCannotBeHadForLong_IsReplaced()
    {
        Begin();
        ConnectAll();
        var lost = _called[0];
        _called.Clear();
        _keeper.Lost(_now, lost);
        _now += MeetingLimits.GuardPatience;
        _keeper.Tick(_now);
        Assert.Equal([lost], _ended);
        Assert.NotEqual(lost, Assert.Single(_called));
        Assert.Equal(MeetingLimits.Guards, _keeper.All.Count());
        _keeper.Connected(_now, lost, Key());
        Assert.Equal(MeetingLimits.Guards - 1, _keeper.Live.Count);
    }

    [Fact]
    public void Guards_WhenNoneAreWanted_AreLetGo_AndNoneIsCalled()
    {
        Begin();
        ConnectAll();
        _keeper.Set(_now, false);
        Assert.Equal(_called.ToHashSet(), _ended.ToHashSet());
        Assert.Empty(_keeper.Live);
        _called.Clear();
        _keeper.BookChanged(_now);
        Assert.Equal(long.MaxValue, _keeper.NextDeadline);
        Assert.Empty(_called);
    }

    private void Begin()
    {
        _keeper.Set(_now, true);
        _keeper.Tick(_now);
    }

    private void ConnectAll()
    {
        foreach (var key in _called)
            _keeper.Connected(_now, key, Key());
    }

    private X25519PublicKey Key()
    {
        using var key = X25519PrivateKey.Generate(_random);
        return key.PublicKey;
    }
}
