namespace Kith.Mailbox.Tests.Hosting;

/// <summary>The machine's clocks, with a time of day that somebody sets.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _ticks;

    public void Shift(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
}
