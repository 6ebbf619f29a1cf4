using Kith.Mailbox.Hosting;

namespace Kith.Mailbox.Tests.Hosting;

public sealed class HostClockTests
{
    [Theory]
    [InlineData(-3)]
    [InlineData(400)]
    public void TimeOfDayIsSet_TheClockGoesOnAndTellsHowFar(int days)
    {
        var time = new ShiftedClock();
        var clock = new HostClock(time);
        var before = clock.Now();
        Assert.Equal(0, clock.Ahead(before, 0));
        time.Shift(TimeSpan.FromDays(days));
        var now = clock.Now();
        Assert.InRange(now, before, before + 3_600_000);
        var ahead = clock.Ahead(now, 0);
        Assert.InRange(ahead - (days * 86_400_000L), -60_000, 60_000);
        time.Shift(TimeSpan.FromMilliseconds(300));
        Assert.Equal(ahead, clock.Ahead(clock.Now(), ahead));
    }
}
