namespace Kith.Transport.Dialing;

/// <summary>Tries several ways to one node (addresses, carriers), each a little after the one before or as soon as that fails (as RFC 8305 section 5 does), and keeps the first session.</summary>
internal static class DialRace
{
    /// <summary>The head start of a way over the next.</summary>
    public static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the race. The losers are cancelled, awaited, and closed when they got through after all.</summary>
    /// <exception cref="SessionException">No way led to the node: the failure that says most.</exception>
    public static async Task<ISession> RunAsync<T>(
        IReadOnlyList<T> ways, Func<T, CancellationToken, Task<ISession>> connect, TimeProvider time, CancellationToken cancellationToken)
    {
        using var losing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<ISession>>();
        var next = 0;
        SessionException? failure = null;
        Task<ISession>? winner = null;
        while (winner is null && (next < ways.Count || running.Count > 0) && !cancellationToken.IsCancellationRequested)
        {
            if (next < ways.Count)
                running.Add(connect(ways[next++], losing.Token));
            await WaitAsync(running, next < ways.Count, time, losing.Token).ConfigureAwait(false);
            if (running.Find(attempt => attempt.IsCompleted) is not { } settled)
                continue;
            running.Remove(settled);
            if (settled.IsCompletedSuccessfully)
                winner = settled;
            else
                failure = MoreTelling(failure, settled.Exception?.InnerException as SessionException);
        }

        await losing.CancelAsync().ConfigureAwait(false);
        foreach (var late in running)
            await DropAsync(late).ConfigureAwait(false);
        if (winner is not null)
            return await winner.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        throw failure ?? new SessionException(SessionErrorCode.Unreachable, "there is no address to try");
    }

    // Until an attempt ends, or it is time for a further way.
    private static async Task WaitAsync(List<Task<ISession>> running, bool hasMore, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!hasMore)
        {
            await Task.WhenAny(running).ConfigureAwait(false);
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stagger = Task.Delay(Stagger, time, enough.Token);
        await Task.WhenAny([.. running, stagger]).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        await stagger.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task DropAsync(Task<ISession> attempt)
    {
        try
        {
            var session = await attempt.ConfigureAwait(false);
            await session.CloseAsync(SessionErrorCode.Superseded).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or OperationCanceledException)
        {
            // It lost anyway.
        }
    }

    // "Nobody there" says least: of several addresses most may be stale.
    private static SessionException? MoreTelling(SessionException? a, SessionException? b) =>
        a is null || (a.Code == SessionErrorCode.Unreachable && b is not null) ? b : a;
}
