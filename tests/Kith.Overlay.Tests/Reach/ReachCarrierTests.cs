using Kith.Crypto;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Transport.Tests;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

public sealed class ReachCarrierTests : IAsyncDisposable
{
    private static readonly ReachOutcome NotThrough = new(ReachResult.NotThrough, null, 0);
    private static readonly NodeAddress Via = Parse("via/198.18.1.1:4001/AAECAwQFBgcICQoLDA0ODw");
    private static readonly Endpoint Punched = At("198.18.3.1:4003");
    private static readonly Endpoint Path = Endpoint.FromIPv6(0x0100_0000_0000_0000, 7, 1);

    private readonly ManualClock _clock = new();
    private readonly FakeOverlay _overlay = new();
    private readonly FakeDialer _dialer = new();
    private readonly ReachCarrier _carrier;
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);

    public ReachCarrierTests() => _carrier = new ReachCarrier(_dialer, _overlay, () => new OwnNetworks([At("192.168.1.9:1")]), _clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _carrier.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Addresses_AreTriedOneAfterTheOther_OwnNetworkAndIPv6First()
    {
        var connecting = _carrier.ConnectAsync([Parse("198.18.5.1:5000"), Parse("udp/[2001:db8::5]:5000"), Parse("192.168.1.5:5000")], _key.PublicKey, Cancellation);
        var dial = await _dialer.Dials.ReadAsync(Cancellation);
        foreach (var expected in new[] { "192.168.1.5:5000", "[2001:db8::5]:5000", "198.18.5.1:5000" })
        {
            Assert.Equal(At(expected), await dial.Tried.ReadAsync(Cancellation));
            await _clock.UntilArmedAsync();
            Assert.False(dial.Tried.TryRead(out _));
            _clock.Advance(ReachAttempt.Stagger);
        }

        var session = new FakeUdpSession(_key.PublicKey, PathKind.Direct);
        dial.Result.SetResult(session);
        Assert.Same(session, await connecting);
        Assert.Empty(_overlay.Calls);
    }

    [Theory]
    [InlineData(RelayConsent.Off, false)]
    [InlineData(RelayConsent.Serve, false)]
    [InlineData(RelayConsent.Use, true)]
    public async Task Circuit_IsAskedForOnlyWithConsent(RelayConsent consent, bool isAsked)
    {
        _overlay.Consent = consent;
        _overlay.Circuit = new CircuitResult(Path, RelayRefusal.None);
        _overlay.Outcome = isAsked ? null : NotThrough;
        var connecting = _carrier.ConnectAsync([Via], _key.PublicKey, Cancellation);
        if (isAsked)
        {
            var dial = await _dialer.Dials.ReadAsync(Cancellation);
            Assert.Equal(Path, await dial.Tried.ReadAsync(Cancellation));
            dial.Result.SetResult(new FakeUdpSession(_key.PublicKey, PathKind.Relay));
            await connecting;
        }
        else
        {
            await Assert.ThrowsAsync<SessionException>(() => connecting);
        }

        Assert.Equal(isAsked, _overlay.CircuitsAsked.Contains(At("198.18.1.1:4001")));
    }

    [Fact]
    public async Task PunchedEndpoint_JoinsTheSameDial()
    {
        var connecting = _carrier.ConnectAsync([Parse("198.18.5.1:5000"), Via], _key.PublicKey, Cancellation);
        var dial = await _dialer.Dials.ReadAsync(Cancellation);
        await dial.Tried.ReadAsync(Cancellation);
        Assert.Single(_overlay.Calls).Working(Punched);
        Assert.Equal(Punched, await dial.Tried.ReadAsync(Cancellation));
        dial.Result.SetResult(new FakeUdpSession(_key.PublicKey, PathKind.Direct));
        await connecting;
    }

    [Fact]
    public async Task PunchThatTakesLongerThanADial_IsDialledAgain()
    {
        var connecting = _carrier.ConnectAsync([Parse("198.18.5.1:5000"), Via], _key.PublicKey, Cancellation);
        var first = await _dialer.Dials.ReadAsync(Cancellation);
        await _clock.UntilArmedAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        first.Result.SetException(new SessionException(SessionErrorCode.HandshakeTimedOut, "nobody answered"));
        while (_overlay.Calls.Count == 0)
            await Task.Yield();
        _overlay.Calls[0].Working(Punched);
        var second = await _dialer.Dials.ReadAsync(Cancellation);
        Assert.Equal(Punched, await second.Tried.ReadAsync(Cancellation));
        var session = new FakeUdpSession(_key.PublicKey, PathKind.Direct);
        second.Result.SetResult(session);
        Assert.Same(session, await connecting);
    }

    [Fact]
    public async Task NothingWorks_IsSaidInPlainWords()
    {
        _overlay.Consent = RelayConsent.Use;
        _overlay.Outcome = new ReachOutcome(ReachResult.BothHard, null, 0);
        var error = await Assert.ThrowsAsync<SessionException>(() => _carrier.ConnectAsync([Via], _key.PublicKey, Cancellation));
        Assert.Equal(SessionErrorCode.Unreachable, error.Close.Code);
        Assert.Equal($"{_overlay.Outcome.Sentence}; no relay: {RelayRefusal.NotServing.Sentence()}", error.Close.Reason);
    }

    [Fact]
    public async Task WhoAnsweredAndRefused_SaysMore()
    {
        _overlay.Outcome = NotThrough;
        var connecting = _carrier.ConnectAsync([Parse("198.18.5.1:5000"), Via], _key.PublicKey, Cancellation);
        var dial = await _dialer.Dials.ReadAsync(Cancellation);
        await _clock.UntilArmedAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        dial.Result.SetException(new SessionException(SessionErrorCode.WrongKey, "somebody else"));
        Assert.Equal(SessionErrorCode.WrongKey, (await Assert.ThrowsAsync<SessionException>(() => connecting)).Close.Code);
    }

    [Fact]
    public async Task RelayedSession_CallsUntilItIsDirect_AndThenClosesTheCircuit()
    {
        var session = await RelayedAsync();
        double[] pauses = [1, 3, 10, 30, 60, 60];
        var calls = 1;
        foreach (var pause in pauses)
        {
            // The attempt's own call comes first, and then one at once.
            while (_overlay.Calls.Count <= calls)
                await Task.Yield();
            calls = _overlay.Calls.Count;
            await _clock.UntilArmedAsync();
            _clock.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(calls, _overlay.Calls.Count);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        while (_overlay.Calls.Count <= calls)
            await Task.Yield();
        await _clock.UntilArmedAsync();
        calls = _overlay.Calls.Count;
        session.Move(PathKind.Direct);
        while (_overlay.CircuitsClosed.Count == 0)
        {
            await _clock.UntilArmedAsync();
            _clock.Advance(ReachUpgrader.CircuitGrace);
            await Task.Yield();
        }

        Assert.Equal([Path], _overlay.CircuitsClosed);
        Assert.Equal(calls, _overlay.Calls.Count);
    }

    [Fact]
    public async Task WhatIsHeard_IsProbed_WhoeverCalled()
    {
        var session = await RelayedAsync();
        while (_overlay.Calls.Count < 2)
            await Task.Yield();
        _overlay.Heard(Punched);
        Assert.Equal(Punched, await session.Probed.ReadAsync(Cancellation));
        _overlay.Calls[1].Working(Punched.WithPort(5));
        Assert.Equal(Punched.WithPort(5), await session.Probed.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task ChangeOfNetwork_CallsAtOnce_AndAsksThePaths()
    {
        var session = new FakeUdpSession(_key.PublicKey, PathKind.Direct, isInitiator: true);
        _overlay.Outcome = NotThrough;
        await _carrier.AttendAsync(session, [Via], Cancellation);
        await _clock.UntilArmedAsync();
        Assert.Empty(_overlay.Calls);
        _carrier.NetworkChanged();
        while (_overlay.Calls.Count == 0)
            await Task.Yield();
        Assert.Equal(1, session.NetworkChanges);
    }

    [Fact]
    public async Task LostPath_IsCalledForAtOnce()
    {
        var session = new FakeUdpSession(_key.PublicKey, PathKind.Direct, isInitiator: false);
        _overlay.Outcome = NotThrough;
        await _carrier.AttendAsync(session, [Via], Cancellation);
        await _clock.UntilArmedAsync();
        session.Lose();
        while (_overlay.Calls.Count == 0)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LostRelay_AnotherIsAskedAtOnce(bool isInitiator)
    {
        var (other, next) = (At("198.18.2.1:4001"), Path.WithPort(2));
        _overlay.Consent = RelayConsent.Use;
        _overlay.CircuitOf = relay => new CircuitResult(relay == other ? next : Path, RelayRefusal.None);
        _overlay.Outcome = NotThrough;
        FakeUdpSession session;
        if (isInitiator)
        {
            var connecting = _carrier.ConnectAsync([Via, Parse("via/198.18.2.1:4001/AAECAwQFBgcICQoLDA0ODw")], _key.PublicKey, Cancellation);
            var dial = await _dialer.Dials.ReadAsync(Cancellation);
            session = new FakeUdpSession(_key.PublicKey, PathKind.Relay) { Silence = TimeSpan.FromHours(1) };
            dial.Result.SetResult(session);
            await connecting;
        }
        else
        {
            session = new FakeUdpSession(_key.PublicKey, PathKind.Relay, isInitiator: false) { Silence = TimeSpan.FromHours(1) };
            await _carrier.AttendAsync(session, [Parse("via/198.18.2.1:4001/AAECAwQFBgcICQoLDA0ODw")], Cancellation);
        }

        // Once it listens.
        await _clock.UntilArmedAsync();
        session.Lose();
        while (!session.Probed.TryRead(out var probed) || probed != next)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        session.Silence = TimeSpan.Zero;
        Assert.Equal(isInitiator ? [At("198.18.1.1:4001"), other] : [other], _overlay.CircuitsAsked);
        Assert.Empty(_overlay.CircuitsClosed);
    }

    [Fact]
    public async Task EndedSession_IsLookedAfterNoMore()
    {
        var session = await RelayedAsync();
        await session.CloseAsync();
        while (_overlay.CircuitsClosed.Count == 0)
            await Task.Yield();
        Assert.Null(_carrier.OutcomeOf(new FakeUdpSession(_key.PublicKey, PathKind.Direct)));
    }

    [Fact]
    public async Task OtherKinds_AreRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _carrier.ConnectAsync([Parse("other/example.org:80")], _key.PublicKey, Cancellation));

    private async Task<FakeUdpSession> RelayedAsync()
    {
        _overlay.Consent = RelayConsent.Use;
        _overlay.Circuit = new CircuitResult(Path, RelayRefusal.None);
        var connecting = _carrier.ConnectAsync([Via], _key.PublicKey, Cancellation);
        var dial = await _dialer.Dials.ReadAsync(Cancellation);
        while (_overlay.Calls.Count == 0)
            await Task.Yield();
        _overlay.Outcome = NotThrough;
        var session = new FakeUdpSession(_key.PublicKey, PathKind.Relay);
        dial.Result.SetResult(session);
        Assert.Same(session, await connecting);
        return session;
    }

    private static NodeAddress Parse(string text) => NodeAddress.TryParse(text, out var address) ? address! : throw new FormatException(text);

    private static Endpoint At(string text) => Endpoint.TryParse(text, out var at) ? at : throw new FormatException(text);
}
