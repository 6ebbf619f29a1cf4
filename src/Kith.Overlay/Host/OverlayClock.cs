namespace Kith.Overlay.Host;

/// <summary>
/// The clock of a core: the wall clock in unix milliseconds, as the periods of records need it, that never goes back. Where the wall clock is set back far, all that was planned lies
/// too far ahead: the core has to begin anew (<see cref="WasSetBack"/>).
/// </summary>
internal sealed class OverlayClock(TimeProvider time)
{
    /// <summary>A clock that is set back by less is waited for, milliseconds.</summary>
    public const long MaxWait = 30_000;

    private long _last = long.MinValue;

    /// <summary>Whether the wall clock is so far behind what was said last that it must have been set back.</summary>
    public bool WasSetBack => time.GetUtcNow().ToUnixTimeMilliseconds() < _last - MaxWait;

    /// <summary>Unix milliseconds; never less than before.</summary>
    public long Now() => _last = Math.Max(_last, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Takes the wall clock's word again.</summary>
    public void Restart() => _last = long.MinValue;
}
