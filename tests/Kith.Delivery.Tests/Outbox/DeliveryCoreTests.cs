using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

public sealed class DeliveryCoreTests
{
    private static readonly AccountId Peer = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly AccountId Other = AccountId.FromBytes([.. Enumerable.Repeat((byte)2, 32)]);

    private readonly MemoryOutbox _store = new();
    private readonly RecordingRoute _route = new();
    private readonly DeliveryCore _core;
    private long _now = 1_000_000;

    public DeliveryCoreTests() => _core = new DeliveryCore(_store, [_route], new RoutePolicy());

    [Fact]
    public void RouteDown_NothingIsSentNorLoaded()
    {
        Put(1);
        Pump();
        Assert.Empty(_route.Drain());
        Assert.Equal(0, _store.Loads);
        Assert.Null(_core.NextDeadline);
    }

    [Fact]
    public void RouteUp_SendsWhatWaitsInOrder()
    {
        Put(1);
        Put(2);
        Put(3, Other);
        Up();
        Assert.Equal([1, 2], _route.Drain());
    }

    [Fact]
    public void RouteIsUp_NewItemLeavesAtOnce()
    {
        Up();
        Put(1);
        Pump();
        Assert.Equal([1], _route.Drain());
        Pump();
        Assert.Empty(_route.Drain());
    }

    [Fact]
    public void UnsealedItem_HoldsUpTheLaterOnesUntilSealed()
    {
        Up();
        Put(1);
        Put(2, seal: false);
        Put(3);
        Pump();
        Assert.Equal([1], _route.Drain());
        Assert.Null(Record.Exception(() => Advance(10_000)));
        _route.Drain();
        Seal(2);
        Pump();
        Assert.Equal([2, 3], _route.Drain());
    }

    [Fact]
    public void SealedAnew_IsSentAgainWithAllAfterIt()
    {
        Up();
        Put(1);
        Put(2);
        Put(3);
        Pump();
        _route.Drain();
        Seal(2, version: 7);
        Pump();
        Assert.Equal([2, 3], _route.Drain());
    }

    [Fact]
    public void SealedTheSameAgain_IsNotSentAgain()
    {
        Up();
        Put(1);
        Pump();
        _route.Drain();
        Seal(1);
        Pump();
        Assert.Empty(_route.Drain());
    }

    [Fact]
    public void Settled_IsNeverSentAgain()
    {
        Up();
        Put(1);
        Put(2);
        Pump();
        _route.Drain();
        Settle(1);
        Advance(600_000);
        Assert.DoesNotContain(1, _route.Drain());
    }

    [Fact]
    public void NewSession_SendsEverythingUnacknowledgedAgainInOrder()
    {
        Up();
        for (var i = 1; i <= 5; i++)
            Put(i);
        Pump();
        _route.Drain();
        Settle(2);
        Up();
        Assert.Equal([1, 3, 4, 5], _route.Drain());
    }

    [Fact]
    public void RouteLostAndBack_SendsEverythingAgain()
    {
        Up();
        Put(1);
        Pump();
        _core.RoutesDown(Peer);
        _route.Drain();
        Put(2);
        Advance(1_000_000);
        Assert.Empty(_route.Drain());
        Up();
        Assert.Equal([1, 2], _route.Drain());
    }

    [Fact]
    public void NoReceipt_IsSentAgainAfterFiveSecondsThenAfterTwiceAsLong()
    {
        Up();
        Put(1);
        Pump();
        _route.Drain();
        var started = _now;
        var times = new List<long>();
        while (_now < started + 2_000_000)
        {
            _now = _core.NextDeadline ?? throw new InvalidOperationException("never given up");
            Pump();
            _core.TakeTransmitted([]);
            if (_route.Drain().Length > 0)
                times.Add(_now - started);
        }

        Assert.Equal([5_000, 15_000, 35_000, 75_000, 155_000, 315_000, 615_000, 915_000], times.Take(8));
    }

    [Fact]
    public void SlowReceipts_LengthenTheTimeout()
    {
        Up();
        Put(1);
        Pump();
        _now += 4_000;
        Settle(1);
        Put(2);
        Pump();
        _route.Drain();
        Advance(11_999); // 4,000 + 4 × 2,000
        Assert.Empty(_route.Drain());
        Advance(1_001);
        Assert.Equal([2], _route.Drain());
    }

    [Fact]
    public void WhileTheFrontMoves_NothingIsSentTwice()
    {
        Up();
        for (var i = 1; i <= 20; i++)
            Put(i);
        Pump();
        _route.Drain();
        for (var i = 1; i <= 19; i++)
        {
            Advance(3_000);
            Settle(i);
        }

        Assert.Empty(_route.Drain());
    }

    [Fact]
    public void OneItemStuck_OnlyItIsSentAgain()
    {
        Up();
        for (var i = 1; i <= 10; i++)
            Put(i);
        Pump();
        _route.Drain();
        for (var i = 2; i <= 10; i++)
            Settle(i);
        Advance(6_000);
        Assert.Equal([1], _route.Drain());
    }

    [Fact]
    public void RouteTakesLess_GoesOnWhereItStoppedOnceThereIsRoom()
    {
        _route.Room = 2;
        Up();
        for (var i = 1; i <= 5; i++)
            Put(i);
        Pump();
        Assert.Equal([1, 2], _route.Drain());
        Pump();
        Assert.Empty(_route.Drain());
        _route.Room = 100;
        _core.RouteReady(Peer);
        Pump();
        Assert.Equal([3, 4, 5], _route.Drain());
    }

    [Fact]
    public void RouteNeverSaysReady_IsTriedAgainAfterASecond()
    {
        _route.Room = 0;
        Up();
        Put(1);
        Pump();
        _route.Room = 5;
        _now = _core.NextDeadline!.Value;
        Assert.Equal(1_001_000, _now);
        Pump();
        Assert.Equal([1], _route.Drain());
    }

    [Fact]
    public void MoreThanTheWindow_IsLoadedAsReceiptsCome()
    {
        const int All = 10_000;
        for (var i = 1; i <= All; i++)
            Put(i);
        Up();
        var seen = _route.Drain();
        Assert.Equal(DeliveryLimits.WindowItems, seen.Length);
        var loads = _store.Loads;
        for (var i = 1; i <= All; i++)
        {
            Settle(i);
            Pump();
        }

        Assert.Equal(Enumerable.Range(DeliveryLimits.WindowItems + 1, All - DeliveryLimits.WindowItems), _route.Drain());
        Assert.InRange(_store.Loads - loads, 1, 60);
    }

    [Fact]
    public void NewItemsBeyondTheWindow_KeepTheirOrder()
    {
        Up();
        for (var i = 1; i <= DeliveryLimits.WindowItems + 10; i++)
            Put(i);
        Pump();
        Assert.Equal(DeliveryLimits.WindowItems, _route.Drain().Length);
        for (var i = 1; i <= DeliveryLimits.WindowItems; i++)
            Settle(i);
        Pump();
        Assert.Equal(Enumerable.Range(DeliveryLimits.WindowItems + 1, 10), _route.Drain());
    }

    [Fact]
    public void LargeEnvelopes_AreBoundedByBytes()
    {
        for (var i = 1; i <= 100; i++)
            Put(i, size: 128 * 1024);
        Up();
        Assert.Equal(DeliveryLimits.WindowBytes / (128 * 1024), _route.Drain().Length);
    }

    [Fact]
    public void SettledBehindAStuckItem_DoNotPileUp()
    {
        Up();
        for (var i = 1; i <= 5 * DeliveryLimits.WindowItems; i++)
        {
            Put(i);
            Pump();
            if (i > 1)
                Settle(i);
        }

        Assert.Equal(5 * DeliveryLimits.WindowItems, _route.Drain().Length);
        Up();
        Assert.Equal([1], _route.Drain());
    }

    [Fact]
    public void Transmitted_IsToldOnceAndNotForSettledItems()
    {
        Up();
        Put(1);
        Put(2);
        Pump();
        Assert.Equal(_now + DeliveryLimits.ReportDelay, _core.NextDeadline);
        Settle(1);
        var told = new List<TransmittedItem>();
        _core.TakeTransmitted(told);
        Assert.Equal([new TransmittedItem(Peer, Id(2), RouteKind.Direct)], told);
        told.Clear();
        Up();
        _core.TakeTransmitted(told);
        Assert.Empty(told);
    }

    [Fact]
    public void Transmitted_IsToldOnlyAfterTheReceiptHadItsTime()
    {
        Up();
        Put(1);
        Pump();
        _now += 30;
        Put(2);
        Pump();
        var told = new List<TransmittedItem>();
        _core.TakeTransmitted(told, _now + 19);
        Assert.Empty(told);
        _core.TakeTransmitted(told, _now + 20);
        Assert.Equal([new TransmittedItem(Peer, Id(1), RouteKind.Direct)], told);
        Assert.Equal(_now + DeliveryLimits.ReportDelay, _core.NextDeadline);
        told.Clear();
        _core.TakeTransmitted(told, _now + DeliveryLimits.ReportDelay);
        Assert.Equal([new TransmittedItem(Peer, Id(2), RouteKind.Direct)], told);
    }

    [Fact]
    public void Reload_SendsWhatTheStoreHolds()
    {
        Up();
        Put(1);
        Put(2);
        Pump();
        _route.Drain();
        _store.Remove(Id(1));
        _core.Reload();
        Pump();
        Assert.Equal([2], _route.Drain());
    }

    [Fact]
    public void Forgotten_IsNotSent()
    {
        Up();
        _core.Forget(Peer);
        Put(1);
        Advance(100_000);
        Assert.Empty(_route.Drain());
    }

    private static MessageId Id(int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, number);
        return MessageId.FromBytes(bytes);
    }

    private void Put(int number, AccountId? peer = null, bool seal = true, int size = 4)
    {
        var envelope = new byte[size];
        BitConverter.TryWriteBytes(envelope, number);
        var item = new OutboxItem(Id(number), peer ?? Peer, _store.NextSequence(), envelope, seal ? envelope : null, RouteKind.Auto, _now);
        _store.Put(item);
        _core.Enqueued(item);
    }

    private void Seal(int number, byte version = 0)
    {
        var item = _store.Find(Id(number))!;
        item = item with { Envelope = (byte[])[.. item.Content.Span[..4], .. version == 0 ? [] : new[] { version }] };
        _store.Put(item);
        _core.Enqueued(item);
    }

    private void Settle(int number)
    {
        _store.Remove(Id(number));
        _core.Settled(Peer, Id(number), _now);
    }

    private void Up()
    {
        _core.RoutesUp(Peer, default(RouteSet).With(RouteKind.Direct));
        Pump();
    }

    private void Pump() => _core.Pump(_now);

    private void Advance(long by)
    {
        var target = _now + by;
        _core.TakeTransmitted([]);
        while (_core.NextDeadline is { } next && next <= target)
        {
            _now = Math.Max(_now, next);
            Pump();
            _core.TakeTransmitted([]);
        }

        _now = target;
    }
}
