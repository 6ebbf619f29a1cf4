using Kith.Storage.Files;
using Kith.Storage.Sql;
using Kith.Storage.Stores;

namespace Kith.Storage;

/// <summary>What is done to the files when the node has nothing else to do.</summary>
internal sealed class Upkeep(Database database, HomeFiles files, WriteGuard guard, ReceivedMarks received, TimeProvider time)
{
    private static readonly TimeSpan PruneInterval = TimeSpan.FromDays(1);

    private DateTimeOffset _nextPrune = DateTimeOffset.MinValue;
    private long _changesSeen;

    public void Run()
    {
        var now = time.GetUtcNow();
        if (now >= _nextPrune)
        {
            _nextPrune = now + PruneInterval;
            received.Prune(now.ToUnixTimeMilliseconds());
        }
        if (database.TotalChanges == _changesSeen)
            return;
        Empty();
        _changesSeen = database.TotalChanges;
    }

    /// <summary>Before closing: SQLite then removes the log, but would leave its bytes on the disk.</summary>
    public void Finish()
    {
        if (guard.Erased)
            Empty();
    }

    public bool CheckIntegrity() => database.ReadText("PRAGMA integrity_check") is "ok";

    private void Empty()
    {
        var frames = database.Checkpoint();
        if (!guard.Erased)
            return;
        try
        {
            WriteAheadLog.Wipe(files.WriteAheadLog, frames);
            guard.Erased = false;
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, "vault.db-wal");
        }
    }
}
