namespace Kith.Delivery.Tests.Outbox;

/// <summary>How much is on its way at a time, and when it is told.</summary>
public sealed class DeliveryWindowTests : DeliveryBench
{
    [Fact]
    public void RouteTakesLess_GoesOnWhereItStoppedOnceThereIsRoom()
    {
        Route.Room = 2;
        Up();
        for (var i = 1; i <= 5; i++)
            Put(i);
        Pump();
        Assert.Equal([1, 2], Route.Drain());
        Pump();
        Assert.Empty(Route.Drain());
        Route.Room = 100;
        Core.RouteReady(Peer);
        Pump();
        Assert.Equal([3, 4, 5], Route.Drain());
    }

    [Fact]
    public void RouteNeverSaysReady_IsTriedAgainAfterASecond()
    {
        Route.Room = 0;
        Up();
        Put(1);
        Pump();
        Route.Room = 5;
        Now = Core.NextDeadline!.Value;
        Assert.Equal(1_001_000, Now);
        Pump();
        Assert.Equal([1], Route.Drain());
    }

    [Fact]
    public void MoreThanTheWindow_IsLoadedAsReceiptsCome()
    {
        const int All = 10_000;
        for (var i = 1; i <= All; i++)
            Put(i);
        Up();
        var seen = Route.Drain();
        Assert.Equal(DeliveryLimits.WindowItems, seen.Length);
        var loads = Store.Loads;
        for (var i = 1; i <= All; i++)
        {
            Settle(i);
            Pump();
        }

        Assert.Equal(Enumerable.Range(DeliveryLimits.WindowItems + 1, All - DeliveryLimits.WindowItems), Route.Drain());
        Assert.InRange(Store.Loads - loads, 1, 60);
    }

    [Fact]
    public void NewItemsBeyondTheWindow_KeepTheirOrder()
    {
        Up();
        for (var i = 1; i <= DeliveryLimits.WindowItems + 10; i++)
            Put(i);
        Pump();
        Assert.Equal(DeliveryLimits.WindowItems, Route.Drain().Length);
        for (var i = 1; i <= DeliveryLimits.WindowItems; i++)
            Settle(i);
        Pump();
        Assert.Equal(Enumerable.Range(DeliveryLimits.WindowItems + 1, 10), Route.Drain());
    }

    [Fact]
    public void LargeEnvelopes_AreBoundedByBytes()
    {
        for (var i = 1; i <= 100; i++)
            Put(i, size: 128 * 1024);
        Up();
        Assert.Equal(DeliveryLimits.WindowBytes / (128 * 1024), Route.Drain().Length);
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

        Assert.Equal(5 * DeliveryLimits.WindowItems, Route.Drain().Length);
        Up();
        Assert.Equal([1], Route.Drain());
    }

    [Fact]
    public void Transmitted_IsToldOnceAndNotForSettledItems()
    {
        Up();
        Put(1);
        Put(2);
        Pump();
        Assert.Equal(Now + DeliveryLimits.ReportDelay, Core.NextDeadline);
        Settle(1);
        var told = new List<TransmittedItem>();
        Core.TakeTransmitted(told);
        Assert.Equal([new TransmittedItem(Peer, Id(2), RouteKind.Direct)], told);
        told.Clear();
        Up();
        Core.TakeTransmitted(told);
        Assert.Empty(told);
    }

    [Fact]
    public void Transmitted_IsToldOnlyAfterTheReceiptHadItsTime()
    {
        Up();
        Put(1);
        Pump();
        Now += 30;
        Put(2);
        Pump();
        var told = new List<TransmittedItem>();
        Core.TakeTransmitted(told, Now + 19);
        Assert.Empty(told);
        Core.TakeTransmitted(told, Now + 20);
        Assert.Equal([new TransmittedItem(Peer, Id(1), RouteKind.Direct)], told);
        Assert.Equal(Now + DeliveryLimits.ReportDelay, Core.NextDeadline);
        told.Clear();
        Core.TakeTransmitted(told, Now + DeliveryLimits.ReportDelay);
        Assert.Equal([new TransmittedItem(Peer, Id(2), RouteKind.Direct)], told);
    }
}
