namespace Kith.Transport.Tor;

/// <summary>
/// Asks Tor for a connection, and asks anew when the first one does not come: of a service that was started anew, an introduction point may go on acknowledging for the one before it, and Tor then waits for an
/// answer that nobody gives. Once it has forgotten the descriptor that it had, it fetches the new one.
/// </summary>
internal static class PatientDial
{
    /// <summary>How many connections are asked for at most, one beside the other.</summary>
    public const int MaxAttempts = 3;

    /// <summary>The first connection that comes. The others are given up, and closed when they come after all.</summary>
    /// <param name="dial">Asks for a connection, the first, second or third: none of them may share a circuit with another.</param>
    /// <param name="lookAgain">Makes Tor forget what it knows of services; false when it did so only just now.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SessionException">Tor refused: the last refusal, once nothing else is under way.</exception>
    public static async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<T>> dial, Func<CancellationToken, Task<bool>> lookAgain, TimeProvider time, CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        using var losing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = 1;
        var running = new List<Task<T>> { dial(0, losing.Token) };
        try
        {
            while (true)
            {
                await WaitAsync(running, started < MaxAttempts, time, losing.Token).ConfigureAwait(false);
                if (running.Find(static attempt => attempt.IsCompleted) is { } ended)
                {
                    running.Remove(ended);
                    if (ended.IsCompletedSuccessfully || running.Count == 0)
                        return await ended.ConfigureAwait(false);
                }
                else
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (await lookAgain(losing.Token).ConfigureAwait(false))
                        running.Add(dial(started++, losing.Token));
                }
            }
        }
        finally
        {
            await losing.CancelAsync().ConfigureAwait(false);
            foreach (var late in running)
                await DropAsync(late).ConfigureAwait(false);
        }
    }

    // Until an attempt ends, or it is time for a further one.
    private static async Task WaitAsync<T>(List<Task<T>> running, bool hasMore, TimeProvider time, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pause = Task.Delay(hasMore ? TorLimits.AskAnewAfter : Timeout.InfiniteTimeSpan, time, enough.Token);
        await Task.WhenAny([.. running, pause]).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task DropAsync<T>(Task<T> attempt)
        where T : class, IDisposable
    {
        try
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }
        catch (Exception error) when (error is SessionException or OperationCanceledException)
        {
            // It lost anyway.
        }
    }
}
