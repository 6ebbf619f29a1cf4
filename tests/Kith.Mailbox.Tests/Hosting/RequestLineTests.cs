using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Who is next of those that wait for one node, and who may not take all of its places.</summary>
public sealed class RequestLineTests
{
    private static readonly PassedFor One = new(new object(), 1, HasAddress: true);
    private static readonly PassedFor Other = new(new object(), 2, HasAddress: true);

    private readonly ManualClock _clock = new();
    private readonly RequestLine _line;

    public RequestLineTests() => _line = new RequestLine(_clock);

    [Fact]
    public void OneAsker_TakesAQuarterOfThePlaces_AndDoesNotKeepAnotherWaiting()
    {
        Add(One, 100);
        Assert.Equal(HostingLimits.PlacesOfAsker, TakeAll().Count);
        var other = Add(Other, 1)[0];
        Assert.Same(other, Assert.Single(TakeAll()));
        var own = Add(null, 1)[0];
        Assert.Same(own, Assert.Single(TakeAll()));
    }

    [Fact]
    public void StreamsOfOnePrefix_ShareAQuarter_AndThoseWithoutAnAddressAHalf()
    {
        for (var i = 0; i < 4; i++)
            Add(new PassedFor(new object(), 7, HasAddress: true), 20);
        Assert.Equal(HostingLimits.PlacesOfAsker, TakeAll().Count);
        for (var i = 0; i < 4; i++)
            Add(new PassedFor(new object(), 8, HasAddress: false), 20);
        Assert.Equal(2 * HostingLimits.PlacesOfAsker, TakeAll().Count);
    }

    [Fact]
    public void OnANetworkOfOurs_StreamsAreBoundedAlone()
    {
        for (var i = 0; i < 3; i++)
            Add(new PassedFor(new object(), null, HasAddress: true), 20);
        Assert.Equal(3 * HostingLimits.PlacesOfAsker, TakeAll().Count);
    }

    [Fact]
    public void WhereAllPlacesAreTaken_TheNextGoesToWhoHasFewest_OurOwnAmongThem()
    {
        var own = Add(null, HostingLimits.Places + 1);
        var taken = TakeAll();
        Assert.Equal(own[..HostingLimits.Places], taken);
        Add(One, 2);
        Add(Other, 1);
        List<PassedFor?> next = [];
        foreach (var one in taken.Take(4))
        {
            _line.GiveBack(one);
            next.Add(Assert.Single(TakeAll()).For);
        }

        Assert.Equal([One, Other, One, null], next);
    }

    [Fact]
    public void WhatWaitedLongerThanItIsWaitedFor_IsToldAndNeverSent()
    {
        var first = Add(One, HostingLimits.PlacesOfAsker + 1);
        var taken = TakeAll();
        _clock.Advance(first[0].Patience);
        taken.ForEach(_line.GiveBack);
        Assert.Empty(TakeAll());
        Assert.Same(first[^1], Assert.Single(_line.TakeLate()));
        Assert.Empty(_line.TakeLate());
        Assert.True(_line.IsEmpty);
    }

    [Fact]
    public void OwnRequests_WaitUntilTheyAreWithdrawn()
    {
        var own = Add(null, 2);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_line.TakeLate());
        Assert.True(_line.Remove(own[0]));
        Assert.False(_line.Remove(own[0]));
        own[1].IsDropped = true;
        Assert.Empty(TakeAll());
        Assert.True(_line.IsEmpty);
    }

    [Fact]
    public void OneAsker_MayNotFillTheLine()
    {
        Add(One, HostingLimits.WaitingOfAsker);
        Assert.False(_line.TryAdd(Request(One)));
        Assert.True(_line.TryAdd(Request(Other)));
        // Those that are under way are not in it any more.
        Assert.Equal(HostingLimits.PlacesOfAsker + 1, TakeAll().Count);
        Assert.True(_line.TryAdd(Request(One)));
    }

    [Fact]
    public void Line_IsBounded_AndTheEndOfNewsAndAProbeGoAllTheSame()
    {
        Add(null, HostingLimits.MaxWaiting);
        Assert.False(_line.TryAdd(Request(Other)));
        TakeAll();
        var end = new HolderRequest(new EndRequest(5), static (_, _, _) => { });
        Add(null, HostingLimits.Places);
        Assert.False(_line.TryAdd(Request(null)));
        Assert.True(_line.TryAdd(end));
        Assert.Same(end, Assert.Single(TakeAll()));
        Assert.True(_line.Remove(Last));
        var probe = Request(null) with { IsProbe = true };
        Assert.True(_line.TryAdd(probe));
        Assert.Same(probe, Assert.Single(TakeAll()));
    }

    [Fact]
    public async Task Completed_GivesBackWhatWaits_AndTakesNothingMore()
    {
        Add(One, 3);
        Assert.True(await _line.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, _line.Complete().Count);
        Assert.False(_line.TryAdd(Request(One)));
        while (await _line.WaitAsync(TestContext.Current.CancellationToken))
            Assert.Empty(TakeAll());
    }

    private HolderRequest Last { get; set; } = Request(null);

    private static HolderRequest Request(PassedFor? asker) => new(new HelloRequest(), static (_, _, _) => { }) { For = asker };

    private List<HolderRequest> Add(PassedFor? asker, int count)
    {
        var added = Enumerable.Range(0, count).Select(_ => Request(asker)).ToList();
        Assert.All(added, one => Assert.True(_line.TryAdd(one)));
        Last = added[^1];
        return added;
    }

    private List<HolderRequest> TakeAll()
    {
        List<HolderRequest> taken = [];
        while (_line.TryTake(out var one))
            taken.Add(one);
        return taken;
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
