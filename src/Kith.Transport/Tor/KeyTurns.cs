namespace Kith.Transport.Tor;

/// <summary>Who calls a service by a key takes turns with others who call the same one: Tor has one key for each service. A service has a turn only while somebody calls it. For several threads.</summary>
internal sealed class KeyTurns
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<string, Queue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal); // a service that is called, and who waits for it

    /// <summary>Waits until nobody else calls the service; disposing of what it gives ends the turn.</summary>
    public async Task<IDisposable> TakeAsync(string service, CancellationToken cancellationToken)
    {
        TaskCompletionSource? mine = null;
        lock (_gate)
        {
            if (_waiting.TryGetValue(service, out var queue))
                queue.Enqueue(mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            else
                _waiting.Add(service, []);
        }

        if (mine is null)
            return new Turn(this, service);
        using var givingUp = cancellationToken.Register(() => mine.TrySetCanceled(cancellationToken));
        await mine.Task.ConfigureAwait(false);
        return new Turn(this, service);
    }

    private void End(string service)
    {
        lock (_gate)
        {
            var queue = _waiting[service];
            while (queue.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                    return;
            }

            _waiting.Remove(service);
        }
    }

    private sealed class Turn(KeyTurns turns, string service) : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (_isOver)
                return;
            _isOver = true;
            turns.End(service);
        }
    }
}
