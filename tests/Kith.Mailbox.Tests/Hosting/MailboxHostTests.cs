using System.Collections.Concurrent;
using System.Diagnostics;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Transport.Tests.Sessions;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Hosting;

public sealed class MailboxHostTests : IAsyncDisposable
{
    private const long Room = 64L << 20;

    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<MailNode> _nodes = [];
    private readonly ConcurrentBag<(Endpoint? From, MailboxRequest Request)> _asked = [];
    private readonly BoxSecret _secret = new(SystemRandom.Instance.NextBytes(BoxSecret.Size));

    public MailboxHostTests() => _patience.CancelAfter(TimeSpan.FromSeconds(40));

    private CancellationToken Stop => _patience.Token;

    private WritableBox Writable => new(_secret, WritableBox.PairPeriod);

    private ReadableBox Readable => new(_secret, WritableBox.PairPeriod) { IsWatched = true };

    [Theory]
    [InlineData(6)]
    [InlineData(20)]
    public async Task Put_ForSomebodyWhoIsAway_IsStoredAndReadByThemLater(int holders)
    {
        await StartAsync(holders, Room);
        await using var alice = await StartAsync(0);
        var clock = Stopwatch.StartNew();
        var sent = Parcels(5);
        alice.Mailbox.Put(Writable, sent);
        await StoredAsync(alice, sent);
        TestContext.Current.TestOutputHelper?.WriteLine($"stored after {clock.ElapsedMilliseconds} ms");
        await alice.DisposeAsync();

        await using var bob = await StartAsync(0);
        clock.Restart();
        bob.Mailbox.Read([Readable]);
        await ReceivedAsync(bob, sent);
        TestContext.Current.TestOutputHelper?.WriteLine($"read after {clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Put_WhileTheReaderWatches_ComesAtOnce()
    {
        await StartAsync(8, Room);
        await using var alice = await StartAsync(0);
        await using var bob = await StartAsync(0);
        bob.Mailbox.Read([Readable]);
        for (var i = 0; i < 3; i++)
        {
            var sent = Parcels(1);
            var clock = Stopwatch.StartNew();
            alice.Mailbox.Put(Writable, sent);
            await ReceivedAsync(bob, sent);
            TestContext.Current.TestOutputHelper?.WriteLine($"there after {clock.ElapsedMilliseconds} ms");
            await StoredAsync(alice, sent);
        }
    }

    [Fact]
    public async Task Done_DeletesWhereItIsKept()
    {
        await StartAsync(6, Room);
        await using var alice = await StartAsync(0);
        var sent = Parcels(2);
        alice.Mailbox.Put(Writable, sent);
        await StoredAsync(alice, sent);
        await using var bob = await StartAsync(0);
        bob.Mailbox.Read([Readable]);
        bob.Mailbox.Done(await ReceivedAsync(bob, sent));
        while (_nodes.Exists(node => node.Mailbox.View.Used > 0))
            await Task.Delay(20, Stop);
    }

    [Fact]
    public async Task Read_WithAThirdOfTheHoldersGone_FindsEverything()
    {
        await StartAsync(9, Room);
        await using var alice = await StartAsync(0);
        var sent = Parcels(3);
        alice.Mailbox.Put(Writable, sent);
        await StoredAsync(alice, sent);
        foreach (var gone in _nodes.Skip(1).Take(3).ToList())
            await gone.VanishAsync();
        await using var bob = await StartAsync(0);
        var clock = Stopwatch.StartNew();
        bob.Mailbox.Read([Readable]);
        await ReceivedAsync(bob, sent);
        TestContext.Current.TestOutputHelper?.WriteLine($"read after {clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task TimeOfDaySetBackByDays_WritingAndReadingGoOn()
    {
        await StartAsync(6, Room);
        var (hers, his) = (new ShiftedClock(), new ShiftedClock());
        await using var alice = await MailNode.StartAsync(_nodes[0].Endpoint, 0, time: hers);
        await using var bob = await MailNode.StartAsync(_nodes[0].Endpoint, 0, time: his);
        bob.Mailbox.Read([Readable]);
        foreach (var days in new[] { 0, -3, 2 })
        {
            hers.Shift(TimeSpan.FromDays(days));
            his.Shift(TimeSpan.FromDays(days));
            var sent = Parcels(1);
            alice.Mailbox.Put(Writable, sent);
            await StoredAsync(alice, sent);
            await ReceivedAsync(bob, sent);
        }
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public async Task Holders_SeeNeitherWhoPutsNorWhoReads(bool isVeiled, int passers)
    {
        for (var i = 0; i < 8; i++)
            _nodes.Add(await MailNode.StartAsync(_nodes.Count == 0 ? null : _nodes[0].Endpoint, Room, (_, _, _) => new AskedHolding(_asked)));
        foreach (var node in _nodes)
        {
            while (!node.Mailbox.View.IsOffering)
                await Task.Delay(20, Stop);
        }

        await using var alice = await MailNode.StartAsync(_nodes[0].Endpoint, 0, isVeiled: isVeiled);
        await using var bob = await MailNode.StartAsync(_nodes[0].Endpoint, 0, isVeiled: isVeiled);
        bob.Mailbox.Read([Readable]);
        for (var i = 0; i < 2; i++)
        {
            var sent = Parcels(2);
            alice.Mailbox.Put(Writable, sent);
            bob.Mailbox.Done(await ReceivedAsync(bob, sent));
            await StoredAsync(alice, sent);
        }

        while (_nodes.Exists(node => node.Mailbox.View.Used > 0))
            await Task.Delay(20, Stop);
        var seen = _asked.Select(one => one.From).Distinct().ToList();
        Assert.DoesNotContain(alice.Endpoint, seen);
        Assert.DoesNotContain(bob.Endpoint, seen);
        Assert.All(seen, from => Assert.Contains(_nodes, node => node.Endpoint == from));
        Assert.All(new[] { typeof(PutRequest), typeof(ReadRequest), typeof(DeleteRequest) }, kind => Assert.Contains(_asked, one => one.Request.GetType() == kind));
        Assert.Equal(0, _nodes.Sum(node => node.Mailbox.View.Traffic.Straight));
        Assert.True(_nodes.Sum(node => node.Mailbox.View.Traffic.PassedOn) >= _asked.Count * passers);
    }

    [Fact]
    public async Task HolderThatSomebodyNamed_HearsNothingOfWhoMustNotBeSeen()
    {
        await using var named = new StreamlessNode();
        var holdings = await StartHoldingAsync(8);
        await using var bob = await MailNode.StartAsync(_nodes[0].Endpoint, 0, isVeiled: true);
        await using var alice = await MailNode.StartAsync(_nodes[0].Endpoint, 0, isVeiled: true);
        bob.Mailbox.Read([Readable with { Preferred = [named.Endpoint.ToString()] }]);
        while (holdings.Sum(static one => one.Watching.Sealed) < 3)
            await Task.Delay(20, Stop);
        var sent = Parcels(1);
        alice.Mailbox.Put(Writable with { Preferred = [named.Endpoint.ToString()] }, sent);
        await ReceivedAsync(bob, sent);
        Assert.Equal(0, named.Sessions);
    }

    [Fact]
    public async Task NewsThroughChains_EndAtEachOfThem_WhenTheReaderGoes()
    {
        var holdings = await StartHoldingAsync(8);
        await using (var bob = await MailNode.StartAsync(_nodes[0].Endpoint, 0, isVeiled: true))
        {
            bob.Mailbox.Read([Readable]);
            while (holdings.Sum(static one => one.Watching.Sealed) < 3)
                await Task.Delay(20, Stop);
        }

        // The first of each chain hears of it by the session's end, each of the others and the holder by the one before.
        while (holdings.Exists(static one => one.Watching.Sealed > 0))
            await Task.Delay(20, Stop);
        Assert.All(holdings, static one => Assert.Equal(0, one.Watching.Straight));
    }

    [Fact]
    public async Task NewsThatStandStraight_EndAtOnceWhenNobodyMaySee_AndComeThroughOthers()
    {
        // So few that all is asked straight.
        var holdings = await StartHoldingAsync(3);
        await using var bob = await StartAsync(0);
        bob.Mailbox.Read([Readable]);
        while (holdings.Sum(static one => one.Watching.Straight) < 3)
            await Task.Delay(20, Stop);
        bob.Hide();
        while (holdings.Exists(static one => one.Watching.Straight > 0) || holdings.Sum(static one => one.Watching.Sealed) < 3)
            await Task.Delay(20, Stop);
        await using var alice = await StartAsync(0);
        var sent = Parcels(1);
        alice.Mailbox.Put(Writable, sent);
        await ReceivedAsync(bob, sent);
    }

    [Fact]
    public async Task Put_WhereNobodyOffersRoom_IsRefusedWithAReason()
    {
        await StartAsync(3, 0);
        await using var alice = await StartAsync(0);
        alice.Mailbox.Put(Writable, Parcels(1));
        var (_, _, why) = await alice.NextOutcomeAsync(Stop);
        Assert.NotNull(why);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        _patience.Dispose();
    }

    private async Task<List<MemoryHolding>> StartHoldingAsync(int count)
    {
        var holdings = new List<MemoryHolding>();
        for (var i = 0; i < count; i++)
        {
            var holding = new MemoryHolding();
            holdings.Add(holding);
            _nodes.Add(await MailNode.StartAsync(i == 0 ? null : _nodes[0].Endpoint, Room, (_, _, _) => holding));
        }

        foreach (var node in _nodes)
        {
            while (!node.Mailbox.View.IsOffering)
                await Task.Delay(20, Stop);
        }

        return holdings;
    }

    private async Task StartAsync(int count, long room)
    {
        for (var i = 0; i < count; i++)
            _nodes.Add(await MailNode.StartAsync(_nodes.Count == 0 ? null : _nodes[0].Endpoint, room));
        foreach (var node in _nodes)
        {
            while (room > 0 && count > 1 && !node.Mailbox.View.IsOffering)
                await Task.Delay(20, Stop);
        }
    }

    private async Task<MailNode> StartAsync(long room) => await MailNode.StartAsync(_nodes[0].Endpoint, room);

    private static List<Parcel> Parcels(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new Parcel(MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size)), SystemRandom.Instance.NextBytes(600)))];

    private async Task StoredAsync(MailNode node, List<Parcel> parcels)
    {
        var missing = parcels.Select(parcel => parcel.Id).ToHashSet();
        while (missing.Count > 0)
        {
            var (box, ids, why) = await node.NextOutcomeAsync(Stop);
            Assert.Equal(_secret, box.Secret);
            Assert.Null(why);
            missing.ExceptWith(ids);
        }
    }

    private async Task<List<ArrivedEnvelope>> ReceivedAsync(MailNode node, List<Parcel> parcels)
    {
        var arrived = new List<ArrivedEnvelope>();
        foreach (var parcel in parcels)
        {
            arrived.Add(await node.NextArrivedAsync(Stop));
            Assert.Equal(parcel.Envelope.ToArray(), arrived[^1].Envelope.ToArray());
        }

        return arrived;
    }
}
