using Kith.Transport.Frames;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Sessions;

public sealed class SessionCoreTimerTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromTicks(1);

    [Fact]
    public void KeepAliveInterval_PingGoesOutNoSooner()
    {
        var side = new CoreSide(true);
        Assert.Equal(SessionLimits.KeepAliveInterval, side.Core.NextDeadline);
        side.Tick(SessionLimits.KeepAliveInterval - Moment);
        Assert.Null(side.NextRecord());
        side.Tick(SessionLimits.KeepAliveInterval);
        Assert.Equal((byte)FrameType.Ping, side.NextRecord()![0]);
        Assert.Null(side.NextRecord());
        Assert.Equal(2 * SessionLimits.KeepAliveInterval, side.Core.NextDeadline);
    }

    [Fact]
    public void NothingReceived_SessionIsDeadAt45SecondsNoSooner()
    {
        var side = new CoreSide(true);
        for (var at = SessionLimits.KeepAliveInterval; at < SessionLimits.DeadAfter; at += SessionLimits.KeepAliveInterval)
            side.Tick(at);
        Assert.Equal(SessionLimits.DeadAfter, side.Core.NextDeadline);
        side.Tick(SessionLimits.DeadAfter - Moment);
        Assert.Equal(SessionState.Open, side.Core.State);
        side.Tick(SessionLimits.DeadAfter);
        Assert.Equal(SessionState.Ended, side.Core.State);
        Assert.Equal(SessionErrorCode.TimedOut, side.Core.Close!.Code);
        Assert.Null(side.Core.NextDeadline);
    }

    [Fact]
    public void AnsweredPings_KeepTheSession()
    {
        var (a, b) = CoreSide.Pair();
        for (var at = TimeSpan.Zero; at < TimeSpan.FromMinutes(10); at += SessionLimits.KeepAliveInterval)
        {
            a.Tick(at);
            b.Now = at;
            CoreSide.Exchange(a, b);
        }

        Assert.Equal(SessionState.Open, a.Core.State);
        b.Tick(TimeSpan.FromMinutes(10));
        Assert.Equal(SessionState.Open, b.Core.State);
    }

    [Fact]
    public void Pong_MeasuresTheRoundTripAndSmoothsIt()
    {
        var (a, b) = CoreSide.Pair();
        Assert.Null(a.Core.RoundTripTime);
        RoundTrip(a, b, SessionLimits.KeepAliveInterval, TimeSpan.FromMilliseconds(80));
        Assert.Equal(TimeSpan.FromMilliseconds(80), a.Core.RoundTripTime);
        RoundTrip(a, b, 2 * SessionLimits.KeepAliveInterval, TimeSpan.FromMilliseconds(160));
        Assert.Equal(TimeSpan.FromMilliseconds(90), a.Core.RoundTripTime);
    }

    [Fact]
    public void PongToNoPing_MeasuresNothing()
    {
        var side = new CoreSide(true);
        side.Receive([(byte)FrameType.Pong, 0, 0, 0, 0, 0, 0, 0, 0]);
        side.Receive([(byte)FrameType.Pong, 0, 0, 0, 0, 0, 0, 0, 1]);
        Assert.Null(side.Core.RoundTripTime);
        Assert.Equal(SessionState.Open, side.Core.State);
    }

    [Fact]
    public void FloodOfPings_IsAnsweredOnce()
    {
        var side = new CoreSide(true);
        for (byte i = 0; i < 200; i++)
            side.Receive([(byte)FrameType.Ping, 0, 0, 0, 0, 0, 0, 0, i]);
        Assert.Equal([(byte)FrameType.Pong, 0, 0, 0, 0, 0, 0, 0, 199], side.NextRecord());
        Assert.Null(side.NextRecord());
    }

    [Fact]
    public void WriteThatMakesNoProgress_EndsTheSession()
    {
        var side = new CoreSide(true);
        var started = TimeSpan.FromSeconds(40);
        side.Now = started;
        side.Receive([0]);
        side.Core.SendStarted(started);
        var at = started;
        while (at + SessionLimits.KeepAliveInterval < started + SessionLimits.DeadAfter)
        {
            at += SessionLimits.KeepAliveInterval;
            side.Tick(at);
            side.Receive([0]); // the other side goes on sending, and takes nothing
        }

        side.Tick(started + SessionLimits.DeadAfter - Moment);
        Assert.Equal(SessionState.Open, side.Core.State);
        side.Tick(started + SessionLimits.DeadAfter);
        Assert.Equal(SessionErrorCode.TimedOut, side.Core.Close?.Code);
    }

    [Fact]
    public void ClosingThatCannotBeSent_EndsAfterTheLinger()
    {
        var side = new CoreSide(true) { Now = TimeSpan.FromSeconds(3) };
        side.Close(SessionErrorCode.ShuttingDown);
        var deadline = TimeSpan.FromSeconds(3) + SessionLimits.CloseLinger;
        Assert.Equal(deadline, side.Core.NextDeadline);
        side.Tick(deadline - Moment);
        Assert.Equal(SessionState.Closing, side.Core.State);
        side.Tick(deadline);
        Assert.Equal(SessionState.Ended, side.Core.State);
        Assert.Equal(SessionErrorCode.ShuttingDown, side.Core.Close!.Code);
    }

    private static void RoundTrip(CoreSide a, CoreSide b, TimeSpan at, TimeSpan roundTrip)
    {
        a.Tick(at);
        b.Now = at;
        Assert.True(a.SendTo(b));
        a.Now = at + roundTrip;
        Assert.True(b.SendTo(a));
    }
}
