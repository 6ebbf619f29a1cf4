using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

public sealed class RelayRouteTests
{
    private static readonly AccountId Peer = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly RouteSet Direct = default(RouteSet).With(RouteKind.Direct);
    private static readonly RouteSet Relay = default(RouteSet).With(RouteKind.Relay);

    private readonly MemoryOutbox _store = new();
    private readonly RecordingRoute _direct = new();
    private readonly RecordingRoute _relay = new(RouteKind.Relay);
    private readonly DeliveryCore _core;
    private long _now = 1_000_000;

    public RelayRouteTests() => _core = new DeliveryCore(_store, [_direct, _relay], new RoutePolicy());

    [Fact]
    public void OnlyRelayIsUp_AutoTakesItAndSaysSo()
    {
        Put(1, RouteKind.Auto);
        Up(Relay);
        Assert.Equal([1], _relay.Drain());
        Assert.Equal(RouteKind.Relay, Assert.Single(Told()).Route);
    }

    [Fact]
    public void BothAreUp_AutoTakesTheDirectOne()
    {
        Put(1, RouteKind.Auto);
        Up(Relay.With(RouteKind.Direct));
        Assert.Equal([1], _direct.Drain());
        Assert.Empty(_relay.Drain());
    }

    [Fact]
    public void SessionMovesToDirect_NothingIsSentAgainAndTheNextGoesDirect()
    {
        Put(1, RouteKind.Auto);
        Up(Relay);
        Change(Direct);
        Put(2, RouteKind.Auto);
        Pump();
        Assert.Equal([1], _relay.Drain());
        Assert.Equal([2], _direct.Drain());
    }

    [Fact]
    public void ReceiptCameAnotherWay_TheRouteThatTookTheItemIsToldThoughItIsGone()
    {
        Put(1, RouteKind.Auto);
        Up(Relay);
        Assert.Equal([Id(1)], _relay.Items);
        Assert.Empty(_direct.Items);
        _core.RoutesDown(Peer);
        _core.Settled(Peer, Id(1), _now);
        Assert.Equal([Id(1)], _relay.SettledItems);
    }

    [Fact]
    public void DirectAskedForAndRelayUp_WaitsForTheDirectPathAndHoldsUpNobody()
    {
        Put(1, RouteKind.Direct);
        Put(2, RouteKind.Auto);
        Put(3, RouteKind.Direct);
        Up(Relay);
        Assert.Equal([2], _relay.Drain());
        Advance(60_000);
        Assert.All(_relay.Drain(), number => Assert.Equal(2, number));
        Assert.Empty(_direct.Drain());
        Change(Direct);
        Assert.Equal([1, 3], _direct.Drain());
        Change(Relay);
        Change(Direct);
        Assert.Empty(_direct.Drain());
    }

    [Fact]
    public void RelayAskedForAndDirectUp_WaitsForARelay()
    {
        Put(1, RouteKind.Relay);
        Up(Direct);
        Assert.Empty(_direct.Drain());
        Change(Direct.With(RouteKind.Relay));
        Assert.Equal([1], _relay.Drain());
    }

    [Fact]
    public void RouteHasNoRoomForThosePassedOver_TriedAgainWhenItHas()
    {
        Put(1, RouteKind.Direct);
        Put(2, RouteKind.Direct);
        Up(Relay);
        _direct.Room = 1;
        Change(Direct);
        Assert.Equal([1], _direct.Drain());
        _direct.Room = int.MaxValue;
        Advance(DeliveryLimits.RefusedRetry);
        Assert.Equal([2], _direct.Drain());
    }

    [Fact]
    public void NewSession_SendsAgainWhatIsNotAcknowledgedAndWhatWaited()
    {
        Put(1, RouteKind.Auto);
        Put(2, RouteKind.Direct);
        Up(Relay);
        Assert.Equal([1], _relay.Drain());
        Up(Direct);
        Assert.Equal([1, 2], _direct.Drain());
    }

    [Fact]
    public void ReceiptIsAboutToBeLookedAt_TellsAtOnceWhatARelayTook()
    {
        Put(1, RouteKind.Relay);
        Put(2, RouteKind.Auto);
        Up(Direct.With(RouteKind.Relay));
        var told = new List<TransmittedItem>();
        _core.TakeUnusual(told);
        Assert.Equal(RouteKind.Relay, Assert.Single(told).Route);
        Assert.Equal(RouteKind.Direct, Assert.Single(Told()).Route);
    }

    private static MessageId Id(int number)
    {
        Span<byte> id = stackalloc byte[16];
        id.Clear();
        BitConverter.TryWriteBytes(id, number);
        return MessageId.FromBytes(id);
    }

    private void Put(int number, RouteKind asked)
    {
        var envelope = BitConverter.GetBytes(number);
        var item = new OutboxItem(Id(number), Peer, _store.NextSequence(), envelope, envelope, asked, _now);
        _store.Put(item);
        _core.Enqueued(item);
    }

    private void Up(RouteSet routes)
    {
        _core.RoutesUp(Peer, routes);
        Pump();
    }

    private void Change(RouteSet routes)
    {
        _core.RoutesChanged(Peer, routes);
        Pump();
    }

    private void Pump() => _core.Pump(_now);

    private List<TransmittedItem> Told()
    {
        var told = new List<TransmittedItem>();
        _core.TakeTransmitted(told);
        return told;
    }

    private void Advance(long by)
    {
        var target = _now + by;
        while (_core.NextDeadline is { } next && next <= target)
        {
            _now = Math.Max(_now, next);
            Pump();
            Told();
        }

        _now = target;
    }
}
