using Kith.Node.Network;

namespace Kith.Node.Tests.Network;

public sealed class SleepClockTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly HandClock _time = new();

    [Fact]
    public void RegularBeats_AreNoSleep()
    {
        var clock = new SleepClock(Period, _time);
        _time.Advance(Period);
        Assert.Null(clock.Beat());
        _time.Advance(Period + TimeSpan.FromSeconds(4)); // a busy machine
        Assert.Null(clock.Beat());
    }

    [Fact]
    public void BeatLongOverdue_IsTheSleep()
    {
        var clock = new SleepClock(Period, _time);
        _time.Advance(TimeSpan.FromHours(8));
        Assert.Equal(TimeSpan.FromHours(8), clock.Beat());
        _time.Advance(Period);
        Assert.Null(clock.Beat());
    }

    [Fact]
    public void TimeOfDaySetBack_IsNoticedOnce()
    {
        var clock = new SleepClock(Period, _time);
        _time.Advance(-TimeSpan.FromDays(3));
        Assert.Null(clock.Beat());
        Assert.True(clock.WasSetBack);
        _time.Advance(Period);
        Assert.Null(clock.Beat());
        Assert.False(clock.WasSetBack);
    }

    private sealed class HandClock : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

        public override long GetTimestamp() => 0; // as while a machine sleeps
    }
}
