namespace Kith.Mailbox.Tests.Hosting;

/// <summary>A clock that stands but for what a test lets pass: nothing is late because the machine is. What is done again and again is done by the machine's clock; a deadline that was set beforehand never comes.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly long _start = System.GetTimestamp();
    private long _passed;

    public void Pass(TimeSpan time) => Interlocked.Add(ref _passed, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => _start + Interlocked.Read(ref _passed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, period == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan : dueTime, period);
}
