using Kith.Messaging;
using Kith.Storage;

namespace Kith.Node.Loop;

/// <summary>
/// Commit, then acknowledge: runs a batch of work items inside one transaction and lets their effects and results out only after its commit.
/// A batch that binds nobody (<see cref="HeldEffects.Binding"/>) has nothing to acknowledge: its transaction stays open for the next batch, or for
/// <see cref="LongestWait"/>, and shares its disk sync. Single-threaded, without I/O of its own.
/// </summary>
/// <param name="transactions">The vault's transactions.</param>
/// <param name="peers">The messenger, which writes what it changed in memory at the end of a batch.</param>
/// <param name="effects">What it causes.</param>
/// <param name="outbound">Where that goes.</param>
/// <param name="publish">Who hears of it.</param>
/// <param name="unexpected">Notes a failure that is a defect.</param>
/// <param name="time">The clock.</param>
internal sealed class Batches(
    ITransactions transactions,
    IPeerProtocol peers,
    HeldEffects effects,
    IOutbound outbound,
    Action<MessengerEvent> publish,
    Action<Exception> unexpected,
    TimeProvider time)
{
    /// <summary>How long a transaction that nobody waits for stays open, milliseconds.</summary>
    public const long LongestWait = 10;

    private readonly List<WorkItem> _left = [];
    private readonly List<(WorkItem Item, Exception? Refusal)> _ran = [];

    /// <summary>When an open transaction must be committed (unix milliseconds), or null: any further batch does it.</summary>
    public long? CommitDeadline { get; private set; }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs the items in order. Each is completed or failed when this returns.</summary>
    public void Run(IReadOnlyList<WorkItem> items)
    {
        var begin = 0;
        for (var i = 0; i < items.Count; i++)
        {
            if (!items[i].OutsideTransactions)
                continue;
            RunTogether(items, begin, i);
            Finish();
            Read(items[i]);
            begin = i + 1;
        }

        RunTogether(items, begin, items.Count);
    }

    /// <summary>Commits what waits for company. When that fails it is as if it had not come yet: what it noted comes again.</summary>
    public void Finish()
    {
        if (CommitDeadline is null)
            return;
        CommitDeadline = null;
        try
        {
            transactions.Commit();
        }
        catch (VaultException)
        {
            Undo();
        }
    }

    private void RunTogether(IReadOnlyList<WorkItem> items, int begin, int end)
    {
        // What only reads and stands before any change needs neither a transaction nor to wait for one.
        for (; begin < end && items[begin].OnlyReads; begin++)
            Read(items[begin]);
        _left.Clear();
        for (; begin < end; begin++)
            _left.Add(items[begin]);
        // Each round without success fails at least one item, so this ends.
        while (_left.Count > 0 && !TryCommit())
        {
            effects.Drop();
            _ran.Clear();
        }
    }

    private void Read(WorkItem item)
    {
        try
        {
            item.Run();
            item.Complete();
        }
        catch (Exception e)
        {
            Note(e);
            item.Fail(e);
        }
    }

    private bool TryCommit()
    {
        WorkItem? current = null;
        try
        {
            if (CommitDeadline is null)
                transactions.Begin();
            foreach (var item in _left)
            {
                current = item;
                _ran.Add((item, RunOne(item)));
            }

            current = null;
            outbound.EndBatch();
            peers.EndBatch();
            if (!TryWait())
            {
                CommitDeadline = null;
                transactions.Commit();
            }
        }
        catch (VaultException e)
        {
            // The disk is full or the file is damaged: nothing of the batch is kept, and everybody who waits is told.
            Undo();
            FailAll(e);
            return false;
        }
        catch (Exception e)
        {
            Note(e);
            Undo();
            Blame(current, e);
            return false;
        }

        Release();
        foreach (var (item, refusal) in _ran)
        {
            if (refusal is null)
                item.Complete();
            else
                item.Fail(refusal);
        }

        _ran.Clear();
        _left.Clear();
        return true;
    }

    /// <summary>Leaves the transaction open when nothing depends on its commit.</summary>
    private bool TryWait()
    {
        var now = Now;
        // A deadline that lies farther ahead is that of a clock which was set back.
        if (effects.Binding || CommitDeadline <= now || CommitDeadline > now + LongestWait || _left.Exists(static item => !item.MayWait))
            return false;
        CommitDeadline ??= now + LongestWait;
        return true;
    }

    private void Release()
    {
        try
        {
            effects.Release(outbound, publish);
        }
        catch (Exception e)
        {
            // It is committed: what did not get out is in the outbox and is taken from there.
            Note(e);
            effects.Drop();
            outbound.Restart();
        }
    }

    /// <summary>A refusal of a single call has changed nothing; the batch goes on.</summary>
    private static MessengerException? RunOne(WorkItem item)
    {
        try
        {
            item.Run();
            return null;
        }
        catch (MessengerException refusal) when (!item.Compound)
        {
            return refusal;
        }
    }

    private void Undo()
    {
        CommitDeadline = null;
        transactions.Rollback();
        effects.Drop();
        peers.Reload();
        outbound.Restart();
    }

    /// <summary>Fails the item that broke the batch, so that the others can be done without it. When the end of the batch itself broke, they are tried one by one.</summary>
    private void Blame(WorkItem? current, Exception reason)
    {
        if (current is null && _left.Count > 1)
        {
            WorkItem[] alone = [.. _left];
            _left.Clear();
            _ran.Clear();
            foreach (var item in alone)
                Run([item]);
            return;
        }

        var guilty = current ?? _left[0];
        _left.Remove(guilty);
        guilty.Fail(reason);
    }

    private void FailAll(Exception reason)
    {
        foreach (var item in _left)
            item.Fail(reason);
        _left.Clear();
    }

    private void Note(Exception e)
    {
        if (e is not (MessengerException or VaultException))
            unexpected(e);
    }
}
