using Kith.Storage.Sql;
using Kith.Storage.Stores;

namespace Kith.Storage;

/// <summary>Begin, commit, undo; and what the stores remember of rows that were undone.</summary>
internal sealed class Transactions(Database database, WriteGuard guard, PeerTable peers, OutboxStore outbox, Upkeep upkeep)
{
    private readonly Statement _begin = database.Prepare("BEGIN IMMEDIATE");
    private readonly Statement _commit = database.Prepare("COMMIT");
    private readonly Statement _rollback = database.Prepare("ROLLBACK");
    private readonly Statement _savepoint = database.Prepare("SAVEPOINT item");
    private readonly Statement _release = database.Prepare("RELEASE item");
    private readonly Statement _rollbackTo = database.Prepare("ROLLBACK TO item");
    private bool _inSavepoint;

    public void Begin()
    {
        if (guard.Writing)
            throw new InvalidOperationException("a transaction is open already");
        _begin.Execute();
        guard.Writing = true;
        _inSavepoint = false;
    }

    public void Commit()
    {
        if (!guard.Writing)
            throw new InvalidOperationException("no transaction is open");
        try
        {
            guard.ThrowUnlessWriting();
            _commit.Execute();
            guard.Writing = false;
        }
        catch
        {
            upkeep.DistrustLog(); // a part of it may have been written
            Rollback();
            throw;
        }
        upkeep.AfterCommit();
    }

    public void Rollback()
    {
        if (!guard.Writing)
            return;
        guard.Writing = false;
        _inSavepoint = false;
        DistrustSpilledLog();
        try
        {
            if (database.InTransaction)
                _rollback.Execute();
        }
        finally
        {
            Forget();
        }
    }

    public void Savepoint()
    {
        guard.ThrowUnlessWriting();
        if (_inSavepoint)
            throw new InvalidOperationException("one savepoint at a time");
        _savepoint.Execute();
        _inSavepoint = true;
    }

    public void Release()
    {
        ThrowUnlessInSavepoint();
        _release.Execute();
        _inSavepoint = false;
    }

    public void RollbackToSavepoint()
    {
        ThrowUnlessInSavepoint();
        DistrustSpilledLog();
        _rollbackTo.Execute();
        _release.Execute();
        _inSavepoint = false;
        Forget();
    }

    private void Forget()
    {
        peers.Forget();
        outbox.Forget();
    }

    /// <summary>What is undone may stand in the log all the same, when it was too large for the cache.</summary>
    private void DistrustSpilledLog()
    {
        if (database.TakeSpilled())
            upkeep.DistrustLog();
    }

    private void ThrowUnlessInSavepoint()
    {
        guard.ThrowUnlessWriting();
        if (!_inSavepoint)
            throw new InvalidOperationException("no savepoint is set");
    }
}
