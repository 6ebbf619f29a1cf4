namespace Kith.Mailbox.Hosting;

/// <summary>Tasks that somebody owns: each is awaited at the end. For several threads.</summary>
internal sealed class TaskKeeper
{
    private readonly Lock _gate = new(); // guards the tasks
    private readonly HashSet<Task> _tasks = [];

    /// <summary>Keeps a task until it has ended; it must not fault.</summary>
    public void Add(Task task)
    {
        if (task.IsCompleted)
            return;
        lock (_gate)
            _tasks.Add(task);
        _ = task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Completes when all that are kept now have ended.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
            return Task.WhenAll(_tasks.ToArray());
    }

    private void Remove(Task task)
    {
        lock (_gate)
            _tasks.Remove(task);
    }
}
