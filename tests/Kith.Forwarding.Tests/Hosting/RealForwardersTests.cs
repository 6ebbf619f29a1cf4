using Kith.Crypto;
using Kith.Forwarding.Meeting;

namespace Kith.Forwarding.Tests.Hosting;

public sealed class RealForwardersTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Eight real nodes that found each other by the DHT and by lists: two of them write to each other through the rest, met over sessions first, then by reply blocks.</summary>
    [Fact]
    public async Task Messages_OverRealSessions_ArriveOnceAndAreAcknowledged()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Patience);
        var nodes = new List<RealForwarder> { await RealForwarder.StartAsync(null) };
        try
        {
            while (nodes.Count < 8)
                nodes.Add(await RealForwarder.StartAsync(nodes[0].Endpoint));
            var (one, other) = (nodes[1], nodes[2]);
            (one.Contact, other.Contact) = (other, one);
            foreach (var form in new[] { MeetingForm.Open, MeetingForm.Veiled })
            {
                one.Forwarding.Meet(form, [other.Account], sends: true);
                other.Forwarding.Meet(form, [one.Account], sends: true);
                // All seven others: three guards, three meeting points, and no path has the same node twice.
                await UntilAsync(() => one.Forwarding.CanReach(other.Account) && one.Forwarding.View.Known >= 6 && other.Forwarding.View.Known >= 6, stop.Token);
                var before = one.AcknowledgedMessages.Count;
                for (var i = 1; i <= 10; i++)
                {
                    Assert.NotNull(one.Forwarding.Send(other.Account, Envelope()));
                    await UntilAsync(() => one.AcknowledgedMessages.Count + one.GivenUpMessages.Count == before + i, stop.Token);
                }

                output.WriteLine($"{form}: acknowledged after {string.Join(' ', one.AcknowledgedMessages.Skip(before).Select(static message => message.Elapsed))} ms; {one.Forwarding.View}");
                Assert.Empty(one.GivenUpMessages);
                Assert.Equal(before + 10, other.Envelopes.Count);
            }
        }
        finally
        {
            await Task.WhenAll(nodes.Select(static node => node.DisposeAsync().AsTask()));
        }
    }

    /// <summary>The receiver ends without a word and starts again, under another transport key, at another port, with what it had kept: who wrote to it before needs to be told nothing.</summary>
    [Theory]
    [InlineData(MeetingForm.Open)]
    [InlineData(MeetingForm.Veiled)]
    public async Task RestartWithWhatWasKept_ContactsReachItWhereTheyDidBefore(MeetingForm form)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Patience);
        var nodes = new List<RealForwarder> { await RealForwarder.StartAsync(null) };
        try
        {
            while (nodes.Count < 8)
                nodes.Add(await RealForwarder.StartAsync(nodes[0].Endpoint));
            var (one, other) = (nodes[1], nodes[2]);
            other.Contact = one;
            one.Forwarding.Meet(MeetingForm.Veiled, [], sends: true);
            other.Forwarding.Meet(form, [one.Account], sends: true);
            await UntilAsync(() => one.Forwarding.CanReach(other.Account) && other.Forwarding.AddressesFor(one.Account).Count == MeetingLimits.Points, stop.Token);
            await DeliveredAsync(one, other);
            Assert.NotEqual(0, other.Keeps);
            Assert.True(SavedForwarding.TryRead(other.Forwarding.Save().ToArray(), out var kept));
            Assert.Equal(form == MeetingForm.Veiled ? MeetingLimits.Guards : 0, kept.Guards.Count);
            var addresses = other.Forwarding.AddressesFor(one.Account).Select(static address => address.Handle).ToHashSet();

            other.Contact = null;
            await other.DisposeAsync();
            nodes.Remove(other);
            other = await RealForwarder.StartAsync(nodes[0].Endpoint, other.Account, kept);
            nodes.Add(other);
            other.Forwarding.Meet(form, [one.Account], sends: true);
            Assert.Equal(addresses, other.Forwarding.AddressesFor(one.Account).Select(static address => address.Handle).ToHashSet());
            await DeliveredAsync(one, other);
            Assert.Equal(0, other.Tellings);
            // A contact who is one no more has no handle that could be kept.
            other.Forwarding.Meet(form, [], sends: true);
            Assert.Empty(other.Forwarding.Save().Meetings);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(static node => node.DisposeAsync().AsTask()));
        }

        async Task DeliveredAsync(RealForwarder from, RealForwarder to)
        {
            var before = to.Envelopes.Count;
            while (to.Envelopes.Count == before)
            {
                // It may be given up while the other is away: the outbox above tries again.
                var given = from.GivenUpMessages.Count;
                Assert.NotNull(from.Forwarding.Send(to.Account, Envelope()));
                await UntilAsync(() => to.Envelopes.Count > before || from.GivenUpMessages.Count > given, stop.Token);
            }
        }
    }

    /// <summary>Where there are no others the guards of the open form are those of the veiled one too, under other keys: what ends of the old sessions ends no new one.</summary>
    [Fact]
    public async Task GuardsThatAreTakenAgainAtOnce_KnowAnotherKey()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Patience);
        var nodes = new List<RealForwarder> { await RealForwarder.StartAsync(null) };
        try
        {
            while (nodes.Count < MeetingLimits.Guards + 1)
                nodes.Add(await RealForwarder.StartAsync(nodes[0].Endpoint));
            var (one, guards) = (nodes[^1], nodes[..^1]);
            one.Forwarding.Meet(MeetingForm.Open, [], sends: true);
            await UntilAsync(() => one.Forwarding.View.Guards == MeetingLimits.Guards, stop.Token);
            var before = guards.ConvertAll(static guard => guard.Callers.ToList());
            one.Forwarding.Meet(MeetingForm.Veiled, [], sends: true);
            await UntilAsync(() => one.Forwarding.View.Guards == MeetingLimits.Guards, stop.Token);
            foreach (var (guard, known) in guards.Zip(before))
                Assert.Empty(guard.Callers.Skip(known.Count).Intersect(known));
        }
        finally
        {
            await Task.WhenAll(nodes.Select(static node => node.DisposeAsync().AsTask()));
        }
    }

    /// <summary>The machine's clock was eight hours ahead when the node started, and is put right then: what others sign is of now, and so is what it signs.</summary>
    [Fact]
    public async Task ClockThatIsSetBack_OthersAreFound_AndFindIt()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Patience);
        var time = new SteppedTime { Ahead = TimeSpan.FromHours(8) };
        var nodes = new List<RealForwarder> { await RealForwarder.StartAsync(null) };
        try
        {
            while (nodes.Count < MeetingLimits.Guards)
                nodes.Add(await RealForwarder.StartAsync(nodes[0].Endpoint));
            var one = await RealForwarder.StartAsync(nodes[0].Endpoint, time: time);
            nodes.Add(one);
            one.Forwarding.Meet(MeetingForm.Open, [], sends: true);
            time.Ahead = TimeSpan.Zero;
            await UntilAsync(() => one.Forwarding.View.Guards == MeetingLimits.Guards, stop.Token);
            await UntilAsync(() => nodes.TrueForAll(node => node.Forwarding.View.Known == nodes.Count - 1), stop.Token);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(static node => node.DisposeAsync().AsTask()));
        }
    }

    private sealed class SteppedTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
            await timer.WaitForNextTickAsync(cancellationToken);
    }

    // Each another one: the same twice is a repetition, which is acknowledged and not handed on.
    private static byte[] Envelope() => SystemRandom.Instance.NextBytes(512);
}
