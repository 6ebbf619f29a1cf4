using Kith.Crypto;
using Kith.Transport.Dialing;

namespace Kith.Transport.Tests.Dialing;

public sealed class PeerConnectorTests
{
    private static readonly X25519PublicKey Low = Key(1);
    private static readonly X25519PublicKey High = Key(2);

    private readonly ManualClock _clock = new();
    private readonly FakeCarrier _carrier = new();

    [Fact]
    public void Backoff_DoublesUpToItsLimitAndStartsOver()
    {
        var backoff = new ReconnectBackoff(new MiddleRandom());
        var waits = Enumerable.Range(0, 12).Select(_ => backoff.Next().TotalMilliseconds).ToArray();
        Assert.Equal([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000], waits);
        backoff.Reset();
        Assert.Equal(ReconnectBackoff.First, backoff.Next());
    }

    [Fact]
    public void BackoffJitter_StaysWithin25Percent()
    {
        for (var i = 0; i < 200; i++)
            Assert.InRange(new ReconnectBackoff(SystemRandom.Instance).Next().TotalMilliseconds, 75, 125);
    }

    [Fact]
    public async Task Failure_IsTriedAgainAfterTheBackoffNoSooner()
    {
        await using var connector = Connector(Low, High);
        connector.SetAddresses([FakeCarrier.Address(1)]);
        (await _carrier.Attempts.ReadAsync()).Fail(SessionErrorCode.WrongKey);
        await _clock.UntilArmedAsync();
        Assert.Equal(SessionErrorCode.WrongKey, connector.LastFailure?.Code);
        _clock.Advance(ReconnectBackoff.First - TimeSpan.FromMilliseconds(1));
        Assert.False(_carrier.Attempts.TryRead(out _));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var session = new FakeSession(High, isInitiator: true);
        (await _carrier.Attempts.ReadAsync()).Result.SetResult(session);
        Assert.Same(session, await connector.Sessions.ReadAsync());
        Assert.Same(session, connector.Current);
        Assert.Null(connector.LastFailure);
    }

    [Fact]
    public async Task FirstCarrierHangs_TheNextIsTriedAfterTheStaggerAndWins()
    {
        var second = new FakeCarrier();
        await using var connector = new PeerConnector(Low, High, [_carrier, second], _clock, new MiddleRandom());
        connector.SetAddresses([FakeCarrier.Address(1)]);
        var first = await _carrier.Attempts.ReadAsync();
        await _clock.UntilArmedAsync();
        Assert.False(second.Attempts.TryRead(out _));
        _clock.Advance(DialRace.Stagger);
        var session = new FakeSession(High, isInitiator: true);
        (await second.Attempts.ReadAsync()).Result.SetResult(session);
        Assert.Same(session, await connector.Sessions.ReadAsync());
        await first.Cancelled.Task;
    }

    [Fact]
    public async Task FirstCarrierFails_TheNextIsTriedAtOnce()
    {
        var second = new FakeCarrier();
        await using var connector = new PeerConnector(Low, High, [_carrier, second], _clock, new MiddleRandom());
        connector.SetAddresses([FakeCarrier.Address(1)]);
        (await _carrier.Attempts.ReadAsync()).Fail();
        var session = new FakeSession(High, isInitiator: true);
        (await second.Attempts.ReadAsync()).Result.SetResult(session);
        Assert.Same(session, await connector.Sessions.ReadAsync());
    }

    [Fact]
    public async Task ACarrier_GetsTheAddressesThatItTakesAlone()
    {
        var udp = new FakeCarrier { Kind = NodeAddress.UdpKind };
        await using var connector = new PeerConnector(Low, High, [udp, _carrier], _clock, new MiddleRandom());
        var only = NodeAddress.Udp(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 7));
        connector.SetAddresses([FakeCarrier.Address(1), only]);
        Assert.Equal(only, (await udp.Attempts.ReadAsync()).Address);
        await _clock.UntilArmedAsync();
        _clock.Advance(DialRace.Stagger);
        Assert.Equal(FakeCarrier.Address(1), (await _carrier.Attempts.ReadAsync()).Address);
    }

    [Fact]
    public async Task Nudge_TriesAtOnce()
    {
        await using var connector = Connector(Low, High);
        connector.SetAddresses([FakeCarrier.Address(1)]);
        (await _carrier.Attempts.ReadAsync()).Fail();
        await _clock.UntilArmedAsync();
        connector.Nudge();
        Assert.NotNull(await _carrier.Attempts.ReadAsync());
    }

    [Fact]
    public async Task NewAddressesDuringACall_AreTriedAtOnce()
    {
        await using var connector = Connector(Low, High);
        connector.SetAddresses([FakeCarrier.Address(1)]);
        var old = await _carrier.Attempts.ReadAsync();
        connector.SetAddresses([FakeCarrier.Address(2)]);
        await old.Cancelled.Task;
        Assert.Equal(FakeCarrier.Address(2), (await _carrier.Attempts.ReadAsync()).Address);
    }

    [Fact]
    public async Task SessionLost_PeerIsCalledAgain()
    {
        await using var connector = Connector(Low, High);
        connector.SetAddresses([FakeCarrier.Address(1)]);
        var first = new FakeSession(High, isInitiator: true);
        (await _carrier.Attempts.ReadAsync()).Result.SetResult(first);
        await connector.Sessions.ReadAsync();
        await first.CloseAsync(SessionErrorCode.ConnectionLost);
        await _clock.UntilArmedAsync();
        Assert.Null(connector.Current);
        _clock.Advance(ReconnectBackoff.First);
        (await _carrier.Attempts.ReadAsync()).Result.SetResult(new FakeSession(High, isInitiator: true));
        Assert.NotSame(first, await connector.Sessions.ReadAsync());
    }

    [Fact]
    public async Task OfferedSession_IsUsedAndNobodyIsCalled()
    {
        await using var connector = Connector(Low, High);
        var offered = new FakeSession(High, isInitiator: false);
        Assert.True(connector.Offer(offered));
        Assert.Same(offered, await connector.Sessions.ReadAsync());
        connector.SetAddresses([FakeCarrier.Address(1)]);
        Assert.Same(offered, connector.Current);
        Assert.False(_carrier.Attempts.TryRead(out _));
    }

    [Fact]
    public async Task SessionOfAnotherPeer_IsNotTaken()
    {
        await using var connector = Connector(Low, High);
        Assert.False(connector.Offer(new FakeSession(Key(3), isInitiator: false)));
        Assert.Null(connector.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BothCalledAtOnce_TheLowerKeysSessionIsUsedAtBothEndsInEitherOrder(bool ownFirst)
    {
        await using var low = Connector(Low, High);
        await using var high = Connector(High, Low);
        var (lowOwn, lowOther) = (new FakeSession(High, isInitiator: true), new FakeSession(High, isInitiator: false));
        var (highOwn, highOther) = (new FakeSession(Low, isInitiator: true), new FakeSession(Low, isInitiator: false));
        Assert.True(low.Offer(ownFirst ? lowOwn : lowOther));
        Assert.True(low.Offer(ownFirst ? lowOther : lowOwn));
        Assert.True(high.Offer(ownFirst ? highOwn : highOther));
        Assert.True(high.Offer(ownFirst ? highOther : highOwn));
        Assert.Same(lowOwn, low.Current);
        Assert.Same(highOther, high.Current);

        // The node with the lower key ends the other one, after the grace.
        await _clock.UntilArmedAsync();
        _clock.Advance(PeerConnector.SupersededGrace - TimeSpan.FromMilliseconds(1));
        Assert.False(lowOther.Closed.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SessionErrorCode.Superseded, (await lowOther.Closed).Code);
        Assert.False(lowOwn.Closed.IsCompleted);
        Assert.False(highOwn.Closed.IsCompleted);
        Assert.False(highOther.Closed.IsCompleted);
    }

    [Fact]
    public async Task NewSessionLongAfterTheOld_IsUsedWhoeverMadeIt()
    {
        await using var connector = Connector(Low, High);
        var old = new FakeSession(High, isInitiator: true);
        connector.Offer(old);
        _clock.Advance(SessionPreference.Simultaneous + TimeSpan.FromMilliseconds(1));
        var fresh = new FakeSession(High, isInitiator: false);
        connector.Offer(fresh);
        Assert.Same(fresh, connector.Current);
        await _clock.UntilArmedAsync();
        _clock.Advance(PeerConnector.SupersededGrace);
        Assert.Equal(SessionErrorCode.Superseded, (await old.Closed).Code);
    }

    [Fact]
    public async Task SessionInUseDiesDuringTheGrace_TheOtherStays()
    {
        await using var connector = Connector(Low, High);
        var (used, other) = (new FakeSession(High, isInitiator: true), new FakeSession(High, isInitiator: false));
        connector.Offer(used);
        connector.Offer(other);
        await _clock.UntilArmedAsync();
        await used.CloseAsync(SessionErrorCode.ConnectionLost);
        while (connector.Current != other)
            await Task.Yield();
        _clock.Advance(PeerConnector.SupersededGrace);
        Assert.False(other.Closed.IsCompleted);
    }

    [Fact]
    public async Task Disposed_SessionsAreClosedAndFurtherOnesNotTaken()
    {
        var connector = Connector(Low, High);
        var session = new FakeSession(High, isInitiator: false);
        connector.Offer(session);
        await connector.DisposeAsync();
        Assert.Equal(SessionErrorCode.ShuttingDown, (await session.Closed).Code);
        Assert.False(connector.Offer(new FakeSession(High, isInitiator: false)));
        Assert.Same(session, await connector.Sessions.ReadAsync());
        await connector.Sessions.Completion;
    }

    [Fact]
    public async Task SessionsThatNobodyTakes_AreClosedOverTheLimit()
    {
        await using var connector = Connector(High, Low);
        var sessions = Enumerable.Range(0, PeerConnector.MaxWaitingSessions + 1).Select(_ => new FakeSession(Low, isInitiator: false)).ToArray();
        foreach (var session in sessions)
            Assert.True(connector.Offer(session));
        Assert.Equal(SessionErrorCode.Busy, (await sessions[^1].Closed).Code);
        Assert.False(sessions[0].Closed.IsCompleted);
    }

    private static X25519PublicKey Key(byte first)
    {
        var bytes = new byte[X25519PublicKey.Size];
        bytes[0] = first;
        Assert.True(X25519PublicKey.TryParse(bytes, out var key));
        return key;
    }

    private PeerConnector Connector(X25519PublicKey local, X25519PublicKey peer) => new(local, peer, [_carrier], _clock, new MiddleRandom());

    /// <summary>Draws the middle of the jitter's range, always.</summary>
    private sealed class MiddleRandom : IRandom
    {
        public void Fill(Span<byte> destination)
        {
            destination.Clear();
            destination[0] = 25;
        }
    }
}
