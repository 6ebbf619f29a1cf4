using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>What was taken for lost and came late.</summary>
public sealed class LostPacketsTests
{
    private readonly LostPackets _lost = new();

    [Fact]
    public void AllOfAPeriodArrive_ItIsUndoneWithTheLast()
    {
        Lose(5, begins: true);
        Lose(7);
        Lose(9);
        Assert.Equal(5, _lost.First);
        Assert.True(_lost.TryTake(8, 20, out var packet, out var isUndone));
        Assert.Equal((9, false), (packet.Number, isUndone));
        Assert.False(_lost.TryTake(8, 20, out _, out _)); // said again
        Assert.True(_lost.TryTake(0, 8, out packet, out isUndone));
        Assert.Equal((5, false), (packet.Number, isUndone));
        Assert.True(_lost.TryTake(0, 8, out packet, out isUndone));
        Assert.Equal((7, true), (packet.Number, isUndone));
        Assert.Equal(long.MaxValue, _lost.First);
    }

    [Fact]
    public void RangeBetween_TakesNothing()
    {
        Lose(5, begins: true);
        Lose(9);
        Assert.False(_lost.TryTake(6, 9, out _, out _));
        Assert.False(_lost.TryTake(10, 11, out _, out _));
        Assert.False(_lost.TryTake(0, 5, out _, out _));
    }

    [Fact]
    public void PacketOfAnEarlierPeriod_UndoesNothing()
    {
        Lose(5, begins: true);
        Lose(50, begins: true);
        Assert.True(_lost.TryTake(5, 6, out _, out var isUndone));
        Assert.False(isUndone);
        Assert.True(_lost.TryTake(50, 51, out _, out isUndone));
        Assert.True(isUndone);
    }

    [Fact]
    public void ForgottenPacket_CountsAsLost()
    {
        Lose(5, begins: true, at: 1);
        Lose(7, at: 10, forgetBefore: 2);
        Assert.False(_lost.TryTake(5, 6, out _, out _));
        Assert.True(_lost.TryTake(7, 8, out _, out var isUndone));
        Assert.False(isUndone);
    }

    [Fact]
    public void MorePacketsThanAreRemembered_TheOldestGo()
    {
        for (var i = 0; i < 2_000; i++)
            Lose(i, begins: i == 0);
        Assert.Equal(2_000 - 512, _lost.First);
        var isUndone = false;
        while (_lost.TryTake(0, 2_000, out _, out var now))
            isUndone |= now;
        Assert.False(isUndone);
    }

    [Fact]
    public void LateBy_IsWaitedForUntilItHappensNoMore()
    {
        var reordering = default(Reordering);
        Assert.Equal((3, 9), (reordering.Packets, reordering.Eighths));
        reordering.Seen(20, 10.2);
        Assert.Equal((21, 11), (reordering.Packets, reordering.Eighths));
        reordering.Seen(5, 4);
        Assert.Equal((21, 11), (reordering.Packets, reordering.Eighths));
        reordering.Seen(1_000_000, 100);
        Assert.Equal((256, 16), (reordering.Packets, reordering.Eighths));
        for (var i = 0; i < 15; i++)
            reordering.PeriodBegan();
        Assert.Equal((256, 16), (reordering.Packets, reordering.Eighths));
        reordering.PeriodBegan();
        Assert.Equal((3, 9), (reordering.Packets, reordering.Eighths));
    }

    private void Lose(long number, bool begins = false, int at = 0, int forgetBefore = 0) =>
        _lost.Add(new LostPackets.Packet(number, TimeSpan.Zero, TimeSpan.FromSeconds(at), 1200), begins, TimeSpan.FromSeconds(forgetBefore));
}
