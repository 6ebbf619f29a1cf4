using Kith.Storage.Files;
using Kith.Storage.Sql;
using Kith.Storage.Stores;

namespace Kith.Storage;

/// <summary>What is done to the files when the node has nothing else to do.</summary>
internal sealed class Upkeep(Database database, HomeFiles files, WriteGuard guard, ReceivedMarks received, TimeProvider time)
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromDays(1);

    private DateTimeOffset _nextPrune = DateTimeOffset.MinValue;
    private int _dirtyFrames; // how far the log was ever written since it was last wiped

    /// <summary>After a commit: empties the log when it is long. The commit stands, so what hinders this is left for the next time.</summary>
    public void AfterCommit()
    {
        if (database.LogFrames < WriteAheadLog.CheckpointFrames)
            return;
        try
        {
            Checkpoint();
        }
        catch (VaultException)
        {
            // No room in the file: the log goes on growing meanwhile, and says so itself when it cannot.
        }
    }

    /// <summary>A log of before, or one with frames of an undone transaction: nobody knows how far it is written, nor what with.</summary>
    public void DistrustLog()
    {
        _dirtyFrames = int.MaxValue;
        guard.Erased = true;
    }

    public void Run()
    {
        var now = time.GetUtcNow();
        if (now >= _nextPrune)
        {
            _nextPrune = now + PruneInterval;
            received.Prune(now.ToUnixTimeMilliseconds());
        }
        Empty();
    }

    /// <summary>Before closing: SQLite then removes the log, but would leave its bytes on the disk.</summary>
    public void Finish()
    {
        if (guard.Erased)
            Empty();
    }

    private void Checkpoint()
    {
        _dirtyFrames = Math.Max(_dirtyFrames, database.LogFrames);
        database.Checkpoint();
    }

    public bool CheckIntegrity() => database.ReadText("PRAGMA integrity_check") is "ok";

    private void Empty()
    {
        if (database.LogFrames > 0 || _dirtyFrames == int.MaxValue)
            Checkpoint();
        if (!guard.Erased)
            return;
        try
        {
            WriteAheadLog.Wipe(files.WriteAheadLog, _dirtyFrames);
            guard.Erased = false;
            _dirtyFrames = 0;
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, "vault.db-wal");
        }
    }
}
