using Kith.Transport.Dialing;

namespace Kith.Transport.Tests.Dialing;

public sealed class DialRaceTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualClock _clock = new();
    private readonly FakeCarrier _carrier = new();

    [Fact]
    public async Task FirstAddressHangs_SecondIsTriedAfterTheStaggerAndWins()
    {
        var racing = Race(2);
        var first = await _carrier.Attempts.ReadAsync();
        await _clock.UntilArmedAsync();
        _clock.Advance(DialRace.Stagger - Moment);
        Assert.False(_carrier.Attempts.TryRead(out _));
        _clock.Advance(Moment);
        var second = await _carrier.Attempts.ReadAsync();
        Assert.Equal(FakeCarrier.Address(2), second.Address);
        var session = Session();
        second.Result.SetResult(session);
        Assert.Same(session, await racing);
        await first.Cancelled.Task;
    }

    [Fact]
    public async Task FirstAddressFails_SecondIsTriedAtOnce()
    {
        var racing = Race(2);
        (await _carrier.Attempts.ReadAsync()).Fail();
        var session = Session();
        (await _carrier.Attempts.ReadAsync()).Result.SetResult(session);
        Assert.Same(session, await racing);
    }

    [Fact]
    public async Task LoserThatGotThroughAfterAll_IsClosed()
    {
        var racing = Race(2);
        var first = await _carrier.Attempts.ReadAsync();
        first.IsStubborn = true;
        await _clock.UntilArmedAsync();
        _clock.Advance(DialRace.Stagger);
        (await _carrier.Attempts.ReadAsync()).Result.SetResult(Session());
        await first.Cancelled.Task;
        var late = Session();
        first.Result.SetResult(late);
        await racing;
        Assert.Equal(SessionErrorCode.Superseded, (await late.Closed).Code);
    }

    [Fact]
    public async Task AllFail_TheMostTellingFailureIsThrown()
    {
        var racing = Race(3);
        (await _carrier.Attempts.ReadAsync()).Fail();
        (await _carrier.Attempts.ReadAsync()).Fail(SessionErrorCode.WrongKey);
        (await _carrier.Attempts.ReadAsync()).Fail();
        Assert.Equal(SessionErrorCode.WrongKey, (await Assert.ThrowsAsync<SessionException>(() => racing)).Code);
    }

    [Fact]
    public async Task NoAddress_IsUnreachable() =>
        Assert.Equal(SessionErrorCode.Unreachable, (await Assert.ThrowsAsync<SessionException>(() => Race(0))).Code);

    [Fact]
    public async Task GivenUp_AttemptsAreCancelled()
    {
        using var giving = new CancellationTokenSource();
        var racing = Race(2, giving.Token);
        var first = await _carrier.Attempts.ReadAsync();
        await giving.CancelAsync();
        await first.Cancelled.Task;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => racing);
    }

    private static FakeSession Session() => new(default, isInitiator: true);

    private Task<ISession> Race(int addresses, CancellationToken cancellationToken = default) => DialRace.RunAsync(
        [.. Enumerable.Range(1, addresses).Select(FakeCarrier.Address)], _carrier.ConnectAsync, _clock, cancellationToken);
}
