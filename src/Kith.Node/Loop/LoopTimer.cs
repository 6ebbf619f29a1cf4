namespace Kith.Node.Loop;

/// <summary>Wakes the loop when something is due, and not otherwise: an idle node does nothing. Belongs to the loop.</summary>
internal sealed class LoopTimer : IDisposable
{
    private readonly ITimer _timer;
    private long? _setFor;

    /// <param name="time">The clock.</param>
    /// <param name="due">Called from another thread.</param>
    public LoopTimer(TimeProvider time, Action due)
    {
        _timer = time.CreateTimer(_ => due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets the deadline, unix milliseconds; null for none. One that lies later than the one set is set when that has come: the timer is not worth touching
    /// for each message.</summary>
    public void Set(long? deadline, long now)
    {
        if (deadline is not { } at || (_setFor <= at && _setFor > now))
            return;
        _setFor = at;
        // Timers go to 49 days; what is due later is asked for again then. Never at once: a deadline that is not met must not make the loop spin.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(at - now, 1, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>The deadline has come, whatever is due now.</summary>
    public void Expired() => _setFor = null;

    public void Dispose() => _timer.Dispose();
}
