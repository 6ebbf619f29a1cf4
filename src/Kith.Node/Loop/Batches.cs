using Kith.Messaging;
using Kith.Storage;

namespace Kith.Node.Loop;

/// <summary>
/// Commit, then acknowledge: runs a batch of work items inside one transaction and lets their effects and results out only after its commit.
/// Single-threaded, without I/O of its own.
/// </summary>
/// <param name="transactions">The vault's transactions.</param>
/// <param name="peers">The messenger, which writes what it changed in memory at the end of a batch.</param>
/// <param name="effects">What it causes.</param>
/// <param name="outbound">Where that goes.</param>
/// <param name="publish">Who hears of it.</param>
/// <param name="unexpected">Notes a failure that is a defect.</param>
internal sealed class Batches(
    ITransactions transactions, IPeerProtocol peers, HeldEffects effects, IOutbound outbound, Action<MessengerEvent> publish, Action<Exception> unexpected)
{
    private readonly List<WorkItem> _left = [];
    private readonly List<(WorkItem Item, Exception? Refusal)> _ran = [];

    /// <summary>Runs the items in order. Each is completed or failed when this returns.</summary>
    public void Run(IReadOnlyList<WorkItem> items)
    {
        _left.Clear();
        _left.AddRange(items);
        ReadFirst();
        // Each round without success fails at least one item, so this ends.
        while (_left.Count > 0 && !TryCommit())
        {
            effects.Drop();
            _ran.Clear();
        }
    }

    /// <summary>What only reads and stands before any change needs neither a transaction nor to wait for one.</summary>
    private void ReadFirst()
    {
        var reads = 0;
        for (; reads < _left.Count && _left[reads].OnlyReads; reads++)
        {
            var item = _left[reads];
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

        _left.RemoveRange(0, reads);
    }

    private bool TryCommit()
    {
        WorkItem? current = null;
        try
        {
            transactions.Begin();
            foreach (var item in _left)
            {
                current = item;
                _ran.Add((item, RunOne(item)));
            }

            current = null;
            outbound.EndBatch();
            peers.EndBatch();
            transactions.Commit();
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
