using Kith.Node.Loop;

namespace Kith.Node.Tests.Loop;

public sealed class EvenClockTests
{
    private readonly SteppedTime _time = new();

    private long Wall => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void NothingIsSet_ItIsTheTimeOfDay()
    {
        var clock = new EvenClock(_time);
        _time.Pass(TimeSpan.FromHours(3));
        Assert.Equal(Wall, clock.Now());
        Assert.Equal(Wall + 500, clock.Wall(clock.Now() + 500));
        Assert.Null(clock.Wall(null));
    }

    [Fact]
    public void TimeOfDayIsSetBack_ItGoesOn_AndADeadlineIsAsFarAsBefore()
    {
        var clock = new EvenClock(_time);
        var due = clock.Now() + 10_000;
        _time.Set(TimeSpan.FromHours(-8));
        _time.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(due - 6_000, clock.Now());
        Assert.Equal(Wall + 6_000, clock.Wall(due));
        // And put right again.
        _time.Set(TimeSpan.FromHours(8));
        Assert.Equal((due - 6_000, Wall + 6_000), (clock.Now(), clock.Wall(due)));
    }

    [Fact]
    public void TimeOfDayIsAhead_AsAfterASleep_ItGoesWithIt()
    {
        var clock = new EvenClock(_time);
        _time.Set(TimeSpan.FromHours(8));
        Assert.Equal(Wall, clock.Now());
        _time.Set(TimeSpan.FromHours(-8));
        Assert.Equal(Wall + (8 * 3_600_000), clock.Now());
    }

    [Fact]
    public void DeadlineIsAskedForAgain_ItIsTheSame_WhereTheTimeOfDayIsALittleBehind()
    {
        var clock = new EvenClock(_time);
        var due = clock.Now() + 10_000;
        var wall = clock.Wall(due);
        for (var i = 0; i < 9; i++)
        {
            _time.Set(TimeSpan.FromMilliseconds(-100));
            _time.Pass(TimeSpan.FromMilliseconds(10));
            Assert.Equal(wall, clock.Wall(due));
        }
    }

    [Fact]
    public void DeadlineHasCome_ByTheTimeOfDay_ItHasComeByThis()
    {
        // Else the loop would be woken again and again until it has.
        var clock = new EvenClock(_time);
        foreach (var step in (int[])[-5_000, 900, -300, 700, -999, 4_000, -2_000, 10])
        {
            _time.Set(TimeSpan.FromMilliseconds(step));
            var due = clock.Now() + 500;
            while (Wall < clock.Wall(due))
                _time.Pass(TimeSpan.FromMilliseconds(1));
            Assert.True(clock.Now() >= due);
        }
    }
}
