using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

public sealed class DropRouteTests
{
    private const long Day = 24L * 60 * 60 * 1000;

    private static readonly AccountId Peer = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly RouteSet Direct = default(RouteSet).With(RouteKind.Direct);

    private readonly MemoryOutbox _store = new();
    private readonly RecordingRoute _direct = new();
    private readonly RecordingDrops _drops = new();
    private DeliveryCore _core;
    private long _now = 100 * Day;

    public DropRouteTests() => _core = NewCore();

    [Fact]
    public void NoSession_AutoIsDroppedAfterTheGrace()
    {
        _core.DropsUp(Peer);
        Put(1);
        Pump();
        Advance(DeliveryLimits.DropGrace - 1);
        Assert.Empty(Taken());
        Advance(1);
        Assert.Equal([1], Taken());
        Advance(Day);
        Assert.Empty(Taken());
    }

    [Fact]
    public void DropAskedFor_TakenAtOnceAndBesideASession()
    {
        _core.DropsUp(Peer);
        _core.RoutesUp(Peer, Direct);
        Put(1);
        Put(2, RouteKind.Drop);
        Pump();
        Assert.Equal([1], _direct.Drain());
        Assert.Equal([2], Taken());
    }

    [Theory]
    [InlineData(RouteKind.Direct)]
    [InlineData(RouteKind.Relay)]
    public void AnotherRouteAskedFor_NeverDropped(RouteKind asked)
    {
        _core.DropsUp(Peer);
        Put(1, asked);
        Put(2);
        Advance(10 * Day);
        Assert.All(Taken(), number => Assert.Equal(2, number));
    }

    [Fact]
    public void SessionIsUp_NothingIsDropped()
    {
        _core.DropsUp(Peer);
        _core.RoutesUp(Peer, Direct);
        Put(1);
        Advance(60_000);
        Assert.Empty(Taken());
    }

    [Fact]
    public void SessionIsLost_WhatWasNotAcknowledgedIsDroppedAfterTheGrace()
    {
        _core.DropsUp(Peer);
        _core.RoutesUp(Peer, Direct);
        Put(1);
        Put(2);
        Pump();
        Settle(1);
        Advance(60_000);
        _core.RoutesDown(Peer);
        Pump();
        Assert.Empty(Taken());
        Advance(DeliveryLimits.DropGrace);
        Assert.Equal([2], Taken());
    }

    [Fact]
    public void Stored_IsLeftAgainAfterThreeSixAndTwelveDays()
    {
        Drop(1);
        foreach (var days in new[] { 3, 6, 12, 24, 24 })
        {
            Stored(1);
            Advance((days * Day) - 1);
            Assert.Empty(Taken());
            Advance(1);
            Assert.Equal([1], Taken());
        }
    }

    [Fact]
    public void StoredBeforeARestart_IsNotLeftAgainBeforeItIsDue()
    {
        Drop(1);
        Stored(1);
        Advance(Day);
        _core = NewCore();
        _core.DropsUp(Peer);
        Advance((2 * Day) - 1);
        Assert.Empty(Taken());
        Advance(1);
        Assert.Equal([1], Taken());
    }

    [Fact]
    public void OnItsWayAtARestart_IsLeftAgain()
    {
        Drop(1);
        _core = NewCore();
        _core.DropsUp(Peer);
        Pump();
        Assert.Equal([1], Taken());
    }

    [Fact]
    public void StoredAndTheReceiverAppears_SentAtOnce()
    {
        _core.DropsUp(Peer);
        Put(1);
        Advance(DeliveryLimits.DropGrace);
        Assert.Equal([1], Taken());
        Stored(1);
        _core.RoutesUp(Peer, Direct);
        Pump();
        Assert.Equal([1], _direct.Drain());
    }

    [Fact]
    public void Refused_TriedAgainAfterGrowingPauses()
    {
        Drop(1);
        foreach (var pause in new[] { 5_000, 10_000, 20_000, 40_000, 60_000, 60_000 })
        {
            _core.Refused(Peer, [Id(1)], _now);
            Pump();
            Advance(pause - 1);
            Assert.Empty(Taken());
            Advance(1);
            Assert.Equal([1], Taken());
        }
    }

    [Fact]
    public void AcknowledgedOnItsWay_Withdrawn()
    {
        Drop(1);
        Settle(1);
        Pump();
        Assert.Equal([Id(1)], _drops.Withdrawn);
        Advance(10 * Day);
        Assert.Empty(Taken());
    }

    [Fact]
    public void SealedAnew_LeftAgainThoughItWasStored()
    {
        Drop(1);
        Stored(1);
        var item = _store.Find(Id(1))!.Sealed(new byte[] { 9 });
        _store.Put(item);
        _core.Enqueued(item);
        Pump();
        Assert.Equal([1], Taken());
    }

    [Fact]
    public void OneNotSealed_HoldsUpThoseAfterIt()
    {
        _core.DropsUp(Peer);
        Put(1, isSealed: false);
        Put(2);
        Advance(60_000);
        Assert.Empty(Taken());
        var item = _store.Find(Id(1))!.Sealed(new byte[] { 1 });
        _store.Put(item);
        _core.Enqueued(item);
        Pump();
        Assert.Equal([1, 2], Taken());
    }

    [Fact]
    public void OneNotSealedIsWithdrawn_ThoseAfterItGo()
    {
        _core.DropsUp(Peer);
        Put(1, isSealed: false);
        Put(2);
        Advance(60_000);
        Settle(1);
        Pump();
        Assert.Equal([2], Taken());
    }

    [Fact]
    public void MoreThanThereIsRoomFor_GoesAsItIsStored()
    {
        _core.DropsUp(Peer);
        for (var number = 1; number <= DeliveryLimits.DropItems + 100; number++)
            Put(number);
        Advance(DeliveryLimits.DropGrace);
        var first = Taken();
        Assert.Equal(Enumerable.Range(1, DeliveryLimits.DropItems), first);
        foreach (var number in first)
            Mark(number);
        _core.Stored(Peer, [.. first.Select(Id)], _now);
        Pump();
        Assert.Equal(Enumerable.Range(DeliveryLimits.DropItems + 1, 100), Taken());
    }

    [Fact]
    public void RouteTakesLess_TheRestGoesLater()
    {
        _core.DropsUp(Peer);
        Put(1);
        Put(2);
        _drops.Room = 1;
        Advance(DeliveryLimits.DropGrace);
        Assert.Equal([1], Taken());
        _drops.Room = int.MaxValue;
        Advance(DeliveryLimits.RefusedRetry);
        Assert.Equal([2], Taken());
    }

    [Fact]
    public void NoBoxAnyMore_NothingGoesAndWhatIsOnItsWayIsWithdrawn()
    {
        Drop(1);
        _core.DropsDown(Peer);
        Put(2);
        Advance(10 * Day);
        Assert.Empty(Taken());
        Assert.Equal([Id(1)], _drops.Withdrawn);
    }

    [Fact]
    public void ClockWasAheadWhenItWasStored_LeftAgain()
    {
        Drop(1);
        _now += 1000 * Day;
        Stored(1);
        _now -= 1000 * Day;
        _core = NewCore();
        _core.DropsUp(Peer);
        Pump();
        Assert.Equal([1], Taken());
    }

    [Fact]
    public void AnotherBox_WhatTheOneBeforeHasIsLeftThereOnce()
    {
        Drop(1);
        Stored(1);
        Advance(Day);
        _core.DropsMoved(Peer, _now);
        Pump();
        Assert.Equal([1], Taken());
        _now++;
        Stored(1);
        Advance((6 * Day) - 1);
        Assert.Empty(Taken());
    }

    [Fact]
    public void ClockSetBackAfterARefusal_TriedAgainWithoutTheOldTime()
    {
        Drop(1);
        _core.Refused(Peer, [Id(1)], _now);
        Pump();
        _now -= 3 * Day;
        Pump();
        Advance(DeliveryLimits.LongestDropRetry);
        Assert.Equal([1], Taken());
    }

    [Fact]
    public void ClockSetBack_WhatWasSentIsSentAgainAndNewGoesOn()
    {
        _core.RoutesUp(Peer, Direct);
        Put(1);
        Pump();
        Assert.Equal([1], _direct.Drain());
        _now -= 3 * Day;
        Put(2);
        Pump();
        Assert.Equal([1, 2], _direct.Drain());
        Advance(DeliveryLimits.MinTimeout);
        Assert.Equal([1, 2], _direct.Drain());
    }

    [Fact]
    public void RolledBack_NothingIsLeftTwice()
    {
        Drop(1);
        Put(2, RouteKind.Drop);
        Pump();
        _core.Reload();
        Advance(60_000);
        Assert.Equal([2], Taken());
    }

    private static MessageId Id(int number)
    {
        Span<byte> id = stackalloc byte[16];
        id.Clear();
        BitConverter.TryWriteBytes(id, number);
        return MessageId.FromBytes(id);
    }

    private DeliveryCore NewCore() => new(_store, [_direct], new RoutePolicy(), _drops);

    // Left with holders, who have not answered yet.
    private void Drop(int number)
    {
        _core.DropsUp(Peer);
        Put(number, RouteKind.Drop);
        Pump();
        Assert.Equal([number], Taken());
    }

    private void Put(int number, RouteKind asked = RouteKind.Auto, bool isSealed = true)
    {
        ReadOnlyMemory<byte>? envelope = null;
        if (isSealed)
            envelope = BitConverter.GetBytes(number);
        var item = new OutboxItem(Id(number), Peer, _store.NextSequence(), BitConverter.GetBytes(number), envelope, asked, _now);
        _store.Put(item);
        _core.Enqueued(item);
    }

    private void Mark(int number) => _store.Put(_store.Find(Id(number))!.StoredOnceMore(_now));

    private void Stored(int number)
    {
        Mark(number);
        _core.Stored(Peer, [Id(number)], _now);
        Pump();
    }

    private void Settle(int number)
    {
        _store.Remove(Id(number));
        _core.Settled(Peer, Id(number), _now);
    }

    private int[] Taken()
    {
        int[] numbers = [.. _drops.Taken.Select(id => BitConverter.ToInt32(id.ToArray()))];
        _drops.Taken.Clear();
        return numbers;
    }

    private void Pump() => _core.Pump(_now);

    private void Advance(long by)
    {
        var target = _now + by;
        while (_core.NextDeadline is { } next && next <= target)
        {
            _now = Math.Max(_now, next);
            Pump();
            _core.TakeTransmitted([], _now);
        }

        _now = target;
    }
}
