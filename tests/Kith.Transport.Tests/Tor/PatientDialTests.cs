using Kith.Transport.Tor;

namespace Kith.Transport.Tests.Tor;

public sealed class PatientDialTests
{
    private readonly ManualClock _clock = new();
    private readonly List<Attempt> _attempts = [];
    private int _looks;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task ConnectionThatComes_IsTheOnlyOneAskedFor()
    {
        var dial = DialAsync();
        var one = new Connection();
        _attempts[0].Come.SetResult(one);
        Assert.Same(one, await dial);
        Assert.Single(_attempts);
        Assert.Equal(0, _looks);
        Assert.False(one.IsDisposed);
    }

    [Fact(Timeout = 60_000)]
    public async Task ConnectionThatDoesNotCome_IsAskedForAnewOnceTorHasForgotten()
    {
        var dial = DialAsync();
        await PauseAsync();
        await UntilAsync(() => _attempts.Count == 2);
        Assert.Equal(1, _looks);
        var two = new Connection();
        _attempts[1].Come.SetResult(two);
        Assert.Same(two, await dial);
        Assert.True(_attempts[0].Cancelled.IsCancellationRequested);
    }

    [Fact(Timeout = 60_000)]
    public async Task FirstThatComesAfterAll_Wins_AndTheOtherIsClosed()
    {
        var dial = DialAsync(isDeaf: true);
        await PauseAsync();
        await UntilAsync(() => _attempts.Count == 2);
        var (one, two) = (new Connection(), new Connection());
        _attempts[0].Come.SetResult(one);
        await UntilAsync(() => _attempts[1].Cancelled.IsCancellationRequested);
        _attempts[1].Come.SetResult(two);
        Assert.Same(one, await dial);
        Assert.True(two.IsDisposed);
        Assert.False(one.IsDisposed);
    }

    [Fact(Timeout = 60_000)]
    public async Task Refusal_IsSaidAtOnce()
    {
        var dial = DialAsync();
        _attempts[0].Come.SetException(new SessionException(SessionErrorCode.Unreachable, "no such service"));
        Assert.StartsWith("no such service", (await Assert.ThrowsAsync<SessionException>(() => dial)).Message, StringComparison.Ordinal);
        Assert.Equal(0, _looks);
    }

    [Fact(Timeout = 60_000)]
    public async Task TorThatForgotJustNow_IsAskedLater_AndNeverForMoreThanThree()
    {
        var mayLook = false;
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var dial = DialAsync(() => mayLook, given.Token);
        await PauseAsync();
        await UntilAsync(() => _looks == 1);
        Assert.Single(_attempts);
        mayLook = true;
        for (var attempts = 2; attempts <= PatientDial.MaxAttempts; attempts++)
        {
            await PauseAsync();
            await UntilAsync(() => _attempts.Count == attempts);
        }

        Assert.Equal(0, _clock.Armed);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
    }

    private Task<Connection> DialAsync(Func<bool>? mayLook = null, CancellationToken? given = null, bool isDeaf = false) => PatientDial.RunAsync(
        (number, ct) =>
        {
            Assert.Equal(_attempts.Count, number);
            var attempt = new Attempt(new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously), ct);
            _attempts.Add(attempt);
            return isDeaf ? attempt.Come.Task : attempt.Come.Task.WaitAsync(ct);
        },
        _ =>
        {
            var may = mayLook?.Invoke() ?? true;
            Interlocked.Increment(ref _looks);
            return Task.FromResult(may);
        },
        _clock,
        given ?? Stop);

    private async Task PauseAsync()
    {
        await _clock.UntilArmedAsync();
        _clock.Advance(TorLimits.AskAnewAfter);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
            await Task.Delay(1, Stop);
    }

    private sealed record Attempt(TaskCompletionSource<Connection> Come, CancellationToken Cancelled);

    private sealed class Connection : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
