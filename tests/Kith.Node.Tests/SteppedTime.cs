namespace Kith.Node.Tests;

/// <summary>A clock that stands until it is told, and whose time of day can be set apart from what goes by.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private DateTimeOffset _day = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Time goes by.</summary>
    public void Pass(TimeSpan time) => (_day, _ticks) = (_day + time, _ticks + time.Ticks);

    /// <summary>Somebody sets the time of day ahead, or back; or the machine sleeps, and the even clock stands.</summary>
    public void Set(TimeSpan by) => _day += by;

    public override DateTimeOffset GetUtcNow() => _day;

    public override long GetTimestamp() => _ticks;
}
