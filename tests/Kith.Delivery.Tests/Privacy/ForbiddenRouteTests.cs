using Kith.Delivery.Privacy;
using Kith.Delivery.Tests.Outbox;
using Kith.Wire;

namespace Kith.Delivery.Tests.Privacy;

/// <summary>A message waits rather than goes by a route that the privacy setting forbids.</summary>
public sealed class ForbiddenRouteTests
{
    private static readonly AccountId Peer = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);

    private readonly MemoryOutbox _store = new();
    private readonly RecordingRoute _direct = new();
    private readonly RecordingRoute _relay = new(RouteKind.Relay);
    private readonly RecordingRoute _forward = new(RouteKind.Forward);
    private readonly RecordingRoute _onion = new(RouteKind.Onion);
    private readonly RecordingDrops _drops = new();
    private readonly DeliveryCore _core;
    private PrivacyLevel _level;
    private long _now = 1_000_000;

    public ForbiddenRouteTests() => _core = new DeliveryCore(_store, [_direct, _relay, _forward, _onion], new RoutePolicy(_ => _level), _drops);

    [Theory]
    [InlineData(PrivacyLevel.Veiled)]
    [InlineData(PrivacyLevel.Onion)]
    public void OnlyDirectAndRelayAreUp_NothingLeaves(PrivacyLevel level)
    {
        _level = level;
        Put(1, RouteKind.Auto);
        Put(2, RouteKind.Direct);
        Put(3, RouteKind.Relay);
        Up(RouteKind.Direct, RouteKind.Relay);
        Advance(DeliveryLimits.MaxTimeout);
        Assert.Empty(_direct.Drain());
        Assert.Empty(_relay.Drain());
    }

    [Fact]
    public void Veiled_TakesForwardersAndNotTheSessionThatIsThere()
    {
        _level = PrivacyLevel.Veiled;
        Put(1, RouteKind.Auto);
        Up(RouteKind.Direct, RouteKind.Forward);
        Assert.Equal([1], _forward.Drain());
        Assert.Empty(_direct.Drain());
    }

    [Fact]
    public void Onion_LeavesNothingWithHolders()
    {
        _level = PrivacyLevel.Onion;
        Put(1, RouteKind.Auto);
        Put(2, RouteKind.Drop);
        _core.DropsUp(Peer);
        Advance(DeliveryLimits.DropGrace * 10);
        Assert.Empty(_drops.Taken);
        Up(RouteKind.Onion);
        Assert.Equal([1], _onion.Drain());
    }

    [Fact]
    public void Veiled_LeavesWithHoldersWhatNoForwarderTakes()
    {
        _level = PrivacyLevel.Veiled;
        Put(1, RouteKind.Auto);
        _core.DropsUp(Peer);
        Up(RouteKind.Direct);
        Advance(DeliveryLimits.DropGrace * 2);
        Assert.Single(_drops.Taken);
        Assert.Empty(_direct.Drain());
    }

    [Fact]
    public void SettingIsTightened_WhatWasOnItsWayIsNotSentAgainByTheOldRoute()
    {
        Put(1, RouteKind.Auto);
        Up(RouteKind.Direct);
        Assert.Equal([1], _direct.Drain());
        _level = PrivacyLevel.Onion;
        Advance(DeliveryLimits.MaxTimeout);
        Assert.Empty(_direct.Drain());
        _core.RoutesChanged(Peer, default(RouteSet).With(RouteKind.Direct).With(RouteKind.Onion));
        Advance(DeliveryLimits.MaxTimeout);
        Assert.Contains(1, _onion.Drain());
        Assert.Empty(_direct.Drain());
    }

    private void Put(int number, RouteKind asked)
    {
        Span<byte> id = stackalloc byte[16];
        id.Clear();
        BitConverter.TryWriteBytes(id, number);
        var envelope = BitConverter.GetBytes(number);
        var item = new OutboxItem(MessageId.FromBytes(id), Peer, _store.NextSequence(), envelope, envelope, asked, _now);
        _store.Put(item);
        _core.Enqueued(item);
    }

    private void Up(params RouteKind[] routes)
    {
        _core.RoutesUp(Peer, routes.Aggregate(default(RouteSet), (set, route) => set.With(route)));
        _core.Pump(_now);
    }

    private void Advance(long milliseconds)
    {
        for (var until = _now + milliseconds; _now < until;)
        {
            _now = Math.Min(until, Math.Max(_now + 100, Math.Min(_core.NextDeadline ?? until, until)));
            _core.Pump(_now);
        }
    }
}
