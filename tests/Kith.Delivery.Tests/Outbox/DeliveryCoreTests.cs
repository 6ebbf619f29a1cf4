namespace Kith.Delivery.Tests.Outbox;

public sealed class DeliveryCoreTests : DeliveryBench
{
    [Fact]
    public void RouteDown_NothingIsSentNorLoaded()
    {
        Put(1);
        Pump();
        Assert.Empty(Route.Drain());
        Assert.Equal(0, Store.Loads);
        Assert.Null(Core.NextDeadline);
    }

    [Fact]
    public void RouteUp_SendsWhatWaitsInOrder()
    {
        Put(1);
        Put(2);
        Put(3, Other);
        Up();
        Assert.Equal([1, 2], Route.Drain());
    }

    [Fact]
    public void RouteIsUp_NewItemLeavesAtOnce()
    {
        Up();
        Put(1);
        Pump();
        Assert.Equal([1], Route.Drain());
        Pump();
        Assert.Empty(Route.Drain());
    }

    [Fact]
    public void UnsealedItem_HoldsUpTheLaterOnesUntilSealed()
    {
        Up();
        Put(1);
        Put(2, seal: false);
        Put(3);
        Pump();
        Assert.Equal([1], Route.Drain());
        Assert.Null(Record.Exception(() => Advance(10_000)));
        Route.Drain();
        Seal(2);
        Pump();
        Assert.Equal([2, 3], Route.Drain());
    }

    [Fact]
    public void SealedAnew_IsSentAgainWithAllAfterIt()
    {
        Up();
        Put(1);
        Put(2);
        Put(3);
        Pump();
        Route.Drain();
        Seal(2, version: 7);
        Pump();
        Assert.Equal([2, 3], Route.Drain());
    }

    [Fact]
    public void SealedTheSameAgain_IsNotSentAgain()
    {
        Up();
        Put(1);
        Pump();
        Route.Drain();
        Seal(1);
        Pump();
        Assert.Empty(Route.Drain());
    }

    [Fact]
    public void Settled_IsNeverSentAgain()
    {
        Up();
        Put(1);
        Put(2);
        Pump();
        Route.Drain();
        Settle(1);
        Advance(600_000);
        Assert.DoesNotContain(1, Route.Drain());
    }

    [Fact]
    public void NewSession_SendsEverythingUnacknowledgedAgainInOrder()
    {
        Up();
        for (var i = 1; i <= 5; i++)
            Put(i);
        Pump();
        Route.Drain();
        Settle(2);
        Up();
        Assert.Equal([1, 3, 4, 5], Route.Drain());
    }

    [Fact]
    public void RouteLostAndBack_SendsEverythingAgain()
    {
        Up();
        Put(1);
        Pump();
        Core.RoutesDown(Peer);
        Route.Drain();
        Put(2);
        Advance(1_000_000);
        Assert.Empty(Route.Drain());
        Up();
        Assert.Equal([1, 2], Route.Drain());
    }

    [Fact]
    public void NoReceipt_IsSentAgainAfterFiveSecondsThenAfterTwiceAsLong()
    {
        Up();
        Put(1);
        Pump();
        Route.Drain();
        var started = Now;
        var times = new List<long>();
        while (Now < started + 2_000_000)
        {
            Now = Core.NextDeadline ?? throw new InvalidOperationException("never given up");
            Pump();
            Core.TakeTransmitted([]);
            if (Route.Drain().Length > 0)
                times.Add(Now - started);
        }

        Assert.Equal([5_000, 15_000, 35_000, 75_000, 155_000, 315_000, 615_000, 915_000], times.Take(8));
    }

    [Fact]
    public void SlowReceipts_LengthenTheTimeout()
    {
        Up();
        Put(1);
        Pump();
        Now += 4_000;
        Settle(1);
        Put(2);
        Pump();
        Route.Drain();
        Advance(11_999); // 4,000 + 4 × 2,000
        Assert.Empty(Route.Drain());
        Advance(1_001);
        Assert.Equal([2], Route.Drain());
    }

    [Fact]
    public void WhileTheFrontMoves_NothingIsSentTwice()
    {
        Up();
        for (var i = 1; i <= 20; i++)
            Put(i);
        Pump();
        Route.Drain();
        for (var i = 1; i <= 19; i++)
        {
            Advance(3_000);
            Settle(i);
        }

        Assert.Empty(Route.Drain());
    }

    [Fact]
    public void OneItemStuck_OnlyItIsSentAgain()
    {
        Up();
        for (var i = 1; i <= 10; i++)
            Put(i);
        Pump();
        Route.Drain();
        for (var i = 2; i <= 10; i++)
            Settle(i);
        Advance(6_000);
        Assert.Equal([1], Route.Drain());
    }

    [Fact]
    public void Reload_SendsWhatTheStoreHolds()
    {
        Up();
        Put(1);
        Put(2);
        Pump();
        Route.Drain();
        Store.Remove(Id(1));
        Core.Reload();
        Pump();
        Assert.Equal([2], Route.Drain());
    }

    [Fact]
    public void Forgotten_IsNotSent()
    {
        Up();
        Core.Forget(Peer);
        Put(1);
        Advance(100_000);
        Assert.Empty(Route.Drain());
    }
}
