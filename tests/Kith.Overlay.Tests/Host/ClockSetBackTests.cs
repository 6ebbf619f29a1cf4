using Kith.LocalSwarm;

namespace Kith.Overlay.Tests.Host;

public sealed class ClockSetBackTests
{
    [Fact]
    public async Task AClockSetBack_BeginsAnew_WithWhatWasPublished()
    {
        await using var network = await LocalNetwork.StartAsync(8);
        var (alice, bob) = (new LocalPerson(), new LocalPerson());
        var clock = new ShiftedClock();
        await using var node = LocalNode.Start(network.Entry, time: clock);
        await node.UntilAsync(view => view.Nodes >= 4);
        alice.ComeTo(node);
        bob.ComeTo(await network.JoinAsync());
        _ = await bob.FindAsync(alice, TestContext.Current.CancellationToken);

        clock.Shift(TimeSpan.FromHours(-1));
        await node.UntilAsync(view => view.Entries.Any(entry => entry.Source == EntrySource.Remembered));
        await node.UntilAsync(view => view.Nodes >= 4);
        _ = await alice.FindAsync(bob, TestContext.Current.CancellationToken);
        _ = await bob.FindAsync(alice, TestContext.Current.CancellationToken);
    }

    private sealed class ShiftedClock : TimeProvider
    {
        private long _ticks;

        public void Shift(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ticks));
    }
}
