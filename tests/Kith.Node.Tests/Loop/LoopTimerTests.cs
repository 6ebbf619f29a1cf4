using Kith.Node.Loop;

namespace Kith.Node.Tests.Loop;

public sealed class LoopTimerTests
{
    [Fact]
    public void EarlierDeadline_MovesTheTimerALaterOneDoesNot()
    {
        var time = new HandTimer();
        using var timer = new LoopTimer(time, () => { });

        timer.Set(1000, now: 0);
        Assert.Equal(1000, time.DueIn);
        timer.Set(2000, now: 0);
        Assert.Equal(1000, time.DueIn);
        timer.Set(500, now: 0);
        Assert.Equal(500, time.DueIn);
    }

    [Fact]
    public void Expired_ItIsSetAnew()
    {
        var time = new HandTimer();
        using var timer = new LoopTimer(time, () => { });
        timer.Set(1000, now: 0);

        timer.Expired();
        timer.Set(3000, now: 1000);

        Assert.Equal(2000, time.DueIn);
    }

    [Fact]
    public void TickThatGotLost_IsSetAnewByTheNextBatch()
    {
        var time = new HandTimer();
        using var timer = new LoopTimer(time, () => { });
        timer.Set(1000, now: 0);

        timer.Set(1000, now: 1500);

        Assert.Equal(1, time.DueIn);
    }

    [Fact]
    public void NoDeadline_NoTimer()
    {
        var time = new HandTimer();
        using var timer = new LoopTimer(time, () => { });
        timer.Set(null, now: 0);
        Assert.Equal(Timeout.Infinite, time.DueIn);
    }

    private sealed class HandTimer : TimeProvider, ITimer
    {
        public double DueIn { get; private set; } = Timeout.Infinite;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueIn = dueTime.TotalMilliseconds;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
