using System.Collections.Concurrent;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// The one thread on which everything that is kept for others lives: takes what waits as one batch, so that many requests share one sync of the disk, and never holds up anything else of the node.
/// </summary>
internal sealed class HolderThread : IAsyncDisposable
{
    /// <summary>Pieces of work in one batch.</summary>
    public const int MaxBatch = 256;

    /// <summary>Pieces of work of others' that may wait; whoever brings more is told so.</summary>
    public const int Capacity = 4_096;

    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<TimeSpan> _afterBatch;
    private readonly Action<Exception> _defect;
    private readonly Thread _thread;

    /// <param name="afterBatch">Called after each batch, and when the time that it returned last has passed: commits, lets answers out and does what is due.</param>
    /// <param name="defect">Told of what must not happen.</param>
    public HolderThread(Func<TimeSpan> afterBatch, Action<Exception> defect)
    {
        (_afterBatch, _defect) = (afterBatch, defect);
        _thread = new Thread(Run) { IsBackground = true, Name = "kith drops" };
    }

    /// <summary>Begins.</summary>
    public void Start() => _thread.Start();

    /// <summary>Brings work of somebody else's; false when too much waits, or it has ended.</summary>
    public bool TryPost(Action work) => _work.Count < Capacity && Post(work);

    /// <summary>Brings work of our own, which is bounded elsewhere; false when it has ended.</summary>
    public bool Post(Action work)
    {
        try
        {
            return _work.TryAdd(work);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Takes no more work, and completes when what waited is done.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        await _ended.Task.ConfigureAwait(false);
        _work.Dispose();
    }

    private void Run()
    {
        var wait = TimeSpan.Zero;
        while (!_work.IsCompleted)
        {
            if (_work.TryTake(out var first, wait))
            {
                Do(first);
                for (var more = 1; more < MaxBatch && _work.TryTake(out var next); more++)
                    Do(next);
            }

            try
            {
                wait = _afterBatch();
            }
            catch (Exception error)
            {
                _defect(error);
                wait = TimeSpan.FromSeconds(1);
            }
        }

        _ended.TrySetResult();
    }

    private void Do(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
        {
            // One request is lost for it.
            _defect(error);
        }
    }
}
