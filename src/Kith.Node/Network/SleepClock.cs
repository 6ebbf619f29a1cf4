namespace Kith.Node.Network;

/// <summary>
/// Tells from the clocks when the machine has slept: the time of day went on and the clock of timers did not, as on Linux, or both did and nothing ran meanwhile. A time of day
/// that was set ahead looks the same; to take it for a sleep costs nothing but a look at the sessions.
/// </summary>
internal sealed class SleepClock(TimeSpan period, TimeProvider time)
{
    /// <summary>What is longer than the period by so much was a sleep and not a busy machine.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private DateTimeOffset _day = time.GetUtcNow();
    private long _ticks = time.GetTimestamp();

    /// <summary>Whether the time of day was set back by the last beat: what was planned by it would wait until the old time has come.</summary>
    public bool WasSetBack { get; private set; }

    /// <summary>To be called once a period; how long the machine slept since the last time, or null when it did not.</summary>
    public TimeSpan? Beat()
    {
        lock (_gate)
        {
            var (day, ticks) = (time.GetUtcNow(), time.GetTimestamp());
            WasSetBack = day < _day - Least;
            var passed = TimeSpan.FromTicks(Math.Max((day - _day).Ticks, time.GetElapsedTime(_ticks, ticks).Ticks));
            (_day, _ticks) = (day, ticks);
            return passed - period >= Least ? passed : null;
        }
    }
}
