using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>What both controllers do: RFC 9002 section 7, RFC 9406.</summary>
public sealed class CongestionControllerTests
{
    private const int Size = 1200;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);

    public static TheoryData<string> Names => ["NewReno", "Cubic"];

    [Theory]
    [MemberData(nameof(Names))]
    public void AtFirst_TenDatagrams(string name)
    {
        var controller = Make(name, Size);
        Assert.Equal(10 * Size, controller.Window);
        Assert.True(controller.IsInSlowStart);
    }

    [Theory]
    [InlineData(1472, 14720)]
    [InlineData(1500, 14720)]
    [InlineData(9000, 18000)]
    [InlineData(16384, 32768)]
    public void LargeDatagrams_InitialWindowIsBounded(int size, long window) => Assert.Equal(window, new Cubic(size).Window);

    [Theory]
    [MemberData(nameof(Names))]
    public void SlowStart_DoublesEachRoundTrip(string name)
    {
        var controller = Make(name, Size);
        var flow = new FlowOfPackets(controller, RoundTrip, Size);
        for (var round = 1; round <= 5; round++)
        {
            flow.RunUntil(round * RoundTrip);
            Assert.Equal(10 * Size << round, controller.Window);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WindowNotInUse_DoesNotGrow(string name)
    {
        var controller = Make(name, Size);
        new FlowOfPackets(controller, RoundTrip, Size).RunUntil(10 * RoundTrip, wasFull: false);
        Assert.Equal(10 * Size, controller.Window);
    }

    [Theory]
    [InlineData("NewReno", 0.5)]
    [InlineData("Cubic", 0.7)]
    public void ManyLossesOfOneRoundTrip_CutOnce(string name, double left)
    {
        var controller = Make(name, Size);
        var flow = new FlowOfPackets(controller, RoundTrip, Size);
        flow.RunUntil(4 * RoundTrip);
        var before = controller.Window;
        for (var i = 0; i < 20; i++)
            controller.Lost(flow.Now, flow.Now - RoundTrip + TimeSpan.FromMilliseconds(i));
        Assert.Equal(before * left, controller.Window, 1.0);
        // What was sent before does not let it grow either.
        controller.Acknowledged(flow.Now, flow.Now - RoundTrip, Size, wasFull: true, RoundTrip);
        Assert.Equal(before * left, controller.Window, 1.0);
        controller.Lost(flow.Now + RoundTrip, flow.Now + TimeSpan.FromMilliseconds(1));
        Assert.Equal(before * left * left, controller.Window, 1.0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LossUponLoss_TwoDatagramsRemain(string name)
    {
        var controller = Make(name, Size);
        for (var i = 1; i < 100; i++)
            controller.Lost(i * RoundTrip, i * RoundTrip);
        Assert.Equal(2 * Size, controller.Window);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PersistentCongestion_SlowStartFromTwoDatagrams(string name)
    {
        var controller = Make(name, Size);
        var flow = new FlowOfPackets(controller, RoundTrip, Size);
        flow.RunUntil(4 * RoundTrip);
        flow.Lose();
        var threshold = controller.Threshold;
        controller.Collapse();
        Assert.Equal(2 * Size, controller.Window);
        Assert.True(controller.IsInSlowStart);
        controller.Acknowledged(flow.Now + RoundTrip, flow.Now + TimeSpan.FromMilliseconds(1), Size, wasFull: true, RoundTrip);
        Assert.Equal(3 * Size, controller.Window);
        Assert.Equal(threshold, controller.Threshold);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LargerDatagrams_TheLeastWindowFollows(string name)
    {
        var controller = Make(name, Size);
        for (var i = 1; i < 100; i++)
            controller.Lost(i * RoundTrip, i * RoundTrip);
        controller.DatagramSize = 9000;
        Assert.Equal(2 * 9000, controller.Window);
    }

    [Fact]
    public void NewReno_GrowsADatagramEachRoundTrip()
    {
        var controller = new NewReno(Size);
        var flow = new FlowOfPackets(controller, RoundTrip, Size);
        flow.RunUntil(2 * RoundTrip);
        flow.Lose();
        var start = flow.Now + (2 * RoundTrip);
        flow.RunUntil(start);
        var before = flow.Segments;
        flow.RunUntil(start + (20 * RoundTrip));
        Assert.Equal(before + 20, flow.Segments, 1.0);
    }

    [Fact]
    public void RoundTripsThatGrow_EndSlowStartBeforeALoss()
    {
        // RFC 9406 section 4.2: a rise of max(4 ms, an eighth), then five conservative rounds.
        var controller = new Cubic(Size);
        var flow = new FlowOfPackets(controller, RoundTrip, Size);
        flow.RunUntil(3 * RoundTrip);
        Assert.Equal(long.MaxValue, controller.Threshold);
        var seen = controller.Window;
        for (var round = 0; round < 12 && controller.Threshold == long.MaxValue; round++)
        {
            flow.RoundTrip += TimeSpan.FromMilliseconds(10);
            flow.RunUntil(flow.Now + flow.RoundTrip);
        }

        Assert.NotEqual(long.MaxValue, controller.Threshold);
        Assert.False(controller.IsInSlowStart);
        // Seven rounds of doubling would be 128 times as much.
        Assert.InRange(controller.Threshold, seen, 20 * seen);
    }

    [Fact]
    public void RoundTripsThatOnlyWaver_SlowStartGoesOn()
    {
        var controller = new Cubic(Size);
        var flow = new FlowOfPackets(controller, RoundTrip, Size);
        for (var round = 0; round < 8; round++)
        {
            flow.RoundTrip = RoundTrip + TimeSpan.FromMilliseconds(round % 2 * 3);
            flow.RunUntil(flow.Now + flow.RoundTrip);
        }

        Assert.True(controller.IsInSlowStart);
    }

    private static ICongestionController Make(string name, int size) => name == "Cubic" ? new Cubic(size) : new NewReno(size);
}
