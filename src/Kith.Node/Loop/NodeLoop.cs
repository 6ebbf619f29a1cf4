using System.Threading.Channels;
using Kith.Messaging;

namespace Kith.Node.Loop;

/// <summary>
/// The one thread on which all messaging and delivery state lives. Takes what is there, up to a limit, as one batch; it never waits for a batch to fill, so a
/// single message has the least latency and many share one disk sync.
/// </summary>
internal sealed class NodeLoop
{
    /// <summary>Work items in one batch.</summary>
    public const int MaxBatchItems = 512;

    /// <summary>Bytes that the items of one batch bring, about.</summary>
    public const int MaxBatchBytes = 1 << 20;

    /// <summary>Work items that may wait; whoever posts more waits itself, and so do the peers behind it.</summary>
    public const int Capacity = 4096;

    private readonly Channel<WorkItem> _queue = Channel.CreateBounded<WorkItem>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly object _bed = new(); // what the thread sleeps on
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WorkItem> _batch = [];
    private readonly IMessenger _messenger;
    private readonly Batches _batches;
    private readonly Action<bool> _afterBatch;
    private readonly Action<Exception> _fatal;
    private readonly Thread _thread;
    private bool _isAsleep;

    /// <summary>Makes a loop that does not run yet.</summary>
    /// <param name="messenger">What calls are made on.</param>
    /// <param name="batches">How a batch is run.</param>
    /// <param name="afterBatch">Called on the loop after each batch, with whether it held more than reads and ticks: sets the timers.</param>
    /// <param name="fatal">Called when the loop cannot go on.</param>
    public NodeLoop(IMessenger messenger, Batches batches, Action<bool> afterBatch, Action<Exception> fatal)
    {
        (_messenger, _batches, _afterBatch, _fatal) = (messenger, batches, afterBatch, fatal);
        _thread = new Thread(Run) { IsBackground = true, Name = "kith loop" };
    }

    /// <summary>Completes when the loop has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins to take work.</summary>
    public void Start() => _thread.Start();

    /// <summary>Takes no more work; ends when what is queued is done.</summary>
    public Task StopAsync()
    {
        _queue.Writer.TryComplete();
        Wake();
        return _ended.Task;
    }

    /// <summary>Runs a call on the loop.</summary>
    /// <exception cref="NodeStoppedException">The node is stopping.</exception>
    public async Task<T> CallAsync<T>(Func<IMessenger, T> call, CallKind kind)
    {
        var item = new CallItem<T>(_messenger, call, kind);
        if (!TryPost(item) && !await PostAsync(item))
            throw new NodeStoppedException();
        return await item.Task;
    }

    /// <summary>Posts an item, waiting while the queue is full; false when the node is stopping.</summary>
    public async ValueTask<bool> PostAsync(WorkItem item, CancellationToken cancellationToken = default)
    {
        try
        {
            await _queue.Writer.WriteAsync(item, cancellationToken);
            Wake();
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Posts an item if there is room.</summary>
    public bool TryPost(WorkItem item)
    {
        var posted = _queue.Writer.TryWrite(item);
        if (posted)
            Wake();
        return posted;
    }

    // The thread itself is woken from here: the channel's own waiting would go by a thread of the pool, which has to be woken too.
    private void Wake()
    {
        if (!Interlocked.Exchange(ref _isAsleep, false))
            return;
        lock (_bed)
            Monitor.Pulse(_bed);
    }

    private void Run()
    {
        try
        {
            while (Fill())
            {
                _batches.Run(_batch);
                var worked = _batch.Exists(static item => !item.OnlyReads && item is not TickItem);
                _batch.Clear();
                _afterBatch(worked);
            }

            _batches.Finish();
            _ended.TrySetResult();
        }
        catch (Exception e)
        {
            // The state in memory may differ from the vault's: going on could acknowledge what was not kept.
            _queue.Writer.TryComplete();
            FailEverything(e);
            _fatal(e);
            _ended.TrySetResult();
        }
    }

    /// <summary>Takes what is there; blocks while there is nothing. False at the end.</summary>
    private bool Fill()
    {
        // A thread of its own that blocks, rather than a task: the loop spends its time in fdatasync, and must not take a pool thread away for that.
        while (true)
        {
            if (_queue.Reader.TryRead(out var first))
            {
                Take(first);
                return true;
            }

            Interlocked.Exchange(ref _isAsleep, true);
            // Once more: what was posted before that woke nobody.
            if (_queue.Reader.TryRead(out first))
            {
                Volatile.Write(ref _isAsleep, false);
                Take(first);
                return true;
            }

            if (_queue.Reader.Completion.IsCompleted)
                return false;
            lock (_bed)
            {
                while (Volatile.Read(ref _isAsleep))
                    Monitor.Wait(_bed);
            }
        }
    }

    private void Take(WorkItem first)
    {
        var bytes = first.Size;
        _batch.Add(first);
        while (_batch.Count < MaxBatchItems && bytes < MaxBatchBytes && _queue.Reader.TryRead(out var item))
        {
            _batch.Add(item);
            bytes += item.Size;
        }
    }

    private void FailEverything(Exception reason)
    {
        foreach (var item in _batch)
            item.Fail(reason);
        while (_queue.Reader.TryRead(out var item))
            item.Fail(reason);
    }
}
