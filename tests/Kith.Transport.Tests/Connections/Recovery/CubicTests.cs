using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>The window against the formulae of RFC 9438.</summary>
public sealed class CubicTests
{
    private const int Size = 1200;

    private readonly Cubic _controller = new(Size);

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(4.217)] // K: where it was before
    [InlineData(5)]
    [InlineData(10)]
    public void AfterALoss_FollowsTheCurve(double seconds)
    {
        // Section 4.2, figures 1 and 2: K = cbrt((100 - 70) / 0.4), W(t) = 0.4 (t - K)^3 + 100.
        var flow = LoseAt(100, TimeSpan.FromMilliseconds(100));
        var start = flow.Now;
        flow.RunUntil(start + TimeSpan.FromSeconds(seconds));
        // The curve begins when the first packet after the loss arrives, and the window is a round trip behind it (section 4.4): three in all, while acknowledgements come in bursts.
        Assert.InRange(flow.Segments, Math.Max(Curve(seconds - 0.3), 70), Curve(seconds) + 0.1);
        static double Curve(double t) => (0.4 * Math.Pow(t - Math.Cbrt(30 / 0.4), 3)) + 100;
    }

    [Fact]
    public void ShortRoundTrips_GrowsAsRenoWould()
    {
        // Section 4.3: 3 * (1 - 0.7) / (1 + 0.7) segments a round trip up to the window before the loss, then one.
        var flow = LoseAt(20, TimeSpan.FromMilliseconds(10));
        var start = flow.Now;
        flow.RunUntil(start + TimeSpan.FromMilliseconds(100));
        Assert.Equal(14 + (0.529 * 10), flow.Segments, 1.0);
        flow.RunUntil(start + TimeSpan.FromMilliseconds(113 + 300));
        Assert.Equal(20 + 30, flow.Segments, 2.0);
    }

    [Fact]
    public void SecondLossBelowTheLastMaximum_MakesRoom()
    {
        // Section 4.7: W_max = 70 * (1 + 0.7) / 2 = 59.5, so K = cbrt((59.5 - 49) / 0.4).
        var roundTrip = TimeSpan.FromMilliseconds(400);
        var flow = LoseAt(100, roundTrip);
        _controller.Lost(flow.Now + roundTrip, flow.Now + roundTrip);
        Assert.Equal(49, flow.Segments, 0.1);
        var start = flow.Now + roundTrip;
        var k = Math.Cbrt((59.5 - 49) / 0.4);
        flow.RunUntil(start + TimeSpan.FromSeconds(k));
        Assert.Equal(59.5, flow.Segments, 1.0);
    }

    [Fact]
    public void RoundTripOfGrowth_IsAtMostHalfTheWindow()
    {
        // Section 4.2: far beyond K the target stays at 1.5 times the window.
        var roundTrip = TimeSpan.FromSeconds(5);
        var flow = LoseAt(10, roundTrip);
        for (var round = 0; round < 10; round++)
        {
            var before = flow.Segments;
            flow.RunUntil(flow.Now + roundTrip);
            Assert.InRange(flow.Segments, before, (1.5 * before) + 1);
        }
    }

    [Fact]
    public void TimeInWhichTheWindowIsNotUsed_DoesNotCount()
    {
        var flow = LoseAt(100, TimeSpan.FromMilliseconds(100));
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(1));
        var before = flow.Segments;
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(20), wasFull: false);
        Assert.Equal(before, flow.Segments);
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(1));
        var k = Math.Cbrt(30 / 0.4);
        Assert.Equal((0.4 * Math.Pow(2 - k, 3)) + 100, flow.Segments, 2.0);
    }

    [Fact]
    public void AfterPersistentCongestion_TheCurveBeginsFlat()
    {
        // Section 4.8: K = 0, and W_max is the window where slow start ended.
        var roundTrip = TimeSpan.FromMilliseconds(100);
        var flow = LoseAt(100, roundTrip);
        _controller.Collapse();
        Assert.True(_controller.IsInSlowStart);
        while (_controller.IsInSlowStart)
            flow.RunUntil(flow.Now + TimeSpan.FromMilliseconds(1));
        Assert.Equal(70, flow.Segments, 1.0);
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(3));
        // 70 + 0.4 * 27, but Reno is faster: 70 + 0.529 * 30.
        Assert.Equal(70 + (0.529 * 30), flow.Segments, 1.0);
    }

    [Fact]
    public void LossThatWasNone_TheCurveGoesOnAsIfNothingHadBeen()
    {
        // Section 4.9.2.
        var flow = LoseAt(100, TimeSpan.FromMilliseconds(100));
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(3));
        var (window, threshold) = (_controller.Window, _controller.Threshold);
        flow.Lose();
        Assert.InRange(_controller.Window, 0, window * 0.71);
        var lost = flow.Now;
        flow.RunUntil(lost + TimeSpan.FromMilliseconds(200));
        _controller.Undo(flow.Now);
        Assert.Equal((window, threshold), (_controller.Window, _controller.Threshold));
        _controller.Undo(flow.Now); // once
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(1));
        var k = Math.Cbrt(30 / 0.4);
        Assert.Equal((0.4 * Math.Pow(4 - k, 3)) + 100, flow.Segments, 2.0);
    }

    [Fact]
    public void LossThatWasNone_WhileTheWindowWasNotUsed_NoTimeIsLeftOutTwice()
    {
        var flow = LoseAt(100, TimeSpan.FromMilliseconds(100));
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(3));
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(10), wasFull: false);
        flow.Lose();
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(5), wasFull: false);
        _controller.Undo(flow.Now);
        flow.RunUntil(flow.Now + TimeSpan.FromSeconds(6));
        // Nine seconds of use, after which the curve is far beyond K: as without the loss. The window is up to two round trips behind it.
        Assert.InRange(flow.Segments, Curve(8.8), Curve(9));
        static double Curve(double t) => (0.4 * Math.Pow(t - Math.Cbrt(30 / 0.4), 3)) + 100;
    }

    [Fact]
    public void FirstLossThatWasNone_SlowStartGoesOn()
    {
        var flow = LoseAt(100, TimeSpan.FromMilliseconds(100));
        _controller.Undo(flow.Now + TimeSpan.FromMilliseconds(100));
        Assert.True(_controller.IsInSlowStart);
        Assert.Equal((long.MaxValue, 100L), (_controller.Threshold, (long)flow.Segments));
        Assert.True(_controller.Lost(flow.Now + TimeSpan.FromMilliseconds(200), TimeSpan.Zero)); // a loss before is one
    }

    [Fact]
    public void UndoAfterPersistentCongestion_ChangesNothing()
    {
        var flow = LoseAt(100, TimeSpan.FromMilliseconds(100));
        _controller.Collapse();
        _controller.Undo(flow.Now);
        Assert.Equal(2, (long)flow.Segments);
    }

    // A flow whose window was so many segments when it lost something.
    private FlowOfPackets LoseAt(int segments, TimeSpan roundTrip)
    {
        while (_controller.Window < (long)segments * Size)
            _controller.Acknowledged(default, default, Size, wasFull: true, roundTrip);
        var flow = new FlowOfPackets(_controller, roundTrip, Size);
        flow.RunUntil(TimeSpan.FromTicks(1));
        _controller.Lost(TimeSpan.Zero, TimeSpan.Zero);
        return flow;
    }
}
