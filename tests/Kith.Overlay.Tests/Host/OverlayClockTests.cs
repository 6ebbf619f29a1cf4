using Kith.Overlay.Host;

namespace Kith.Overlay.Tests.Host;

public sealed class OverlayClockTests
{
    private readonly SettableClock _wall = new();

    [Fact]
    public void ItNeverGoesBack_AndSaysWhenTheWallClockDid()
    {
        var clock = new OverlayClock(_wall);
        var first = clock.Now();
        _wall.Move(-OverlayClock.MaxWait);
        Assert.Equal(first, clock.Now());
        Assert.False(clock.WasSetBack);
        _wall.Move(-1);
        Assert.True(clock.WasSetBack);
        clock.Restart();
        Assert.Equal(first - OverlayClock.MaxWait - 1, clock.Now());
        Assert.False(clock.WasSetBack);
    }

    private sealed class SettableClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddYears(60);

        public void Move(long milliseconds) => _now = _now.AddMilliseconds(milliseconds);

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
