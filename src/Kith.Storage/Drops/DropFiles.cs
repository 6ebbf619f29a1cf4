using Kith.Storage.Files;
using Kith.Storage.Sql;

namespace Kith.Storage.Drops;

/// <summary>The file of what is kept for others: how it is made, opened and set aside.</summary>
internal sealed class DropFiles(string home)
{
    /// <summary>The log is moved into the file when it has this many frames: 4 MiB.</summary>
    public const int CheckpointFrames = 1_000;

    private const int Version = 2;
    private const int ApplicationId = 0x4b647270; // "Kdrp"
    private const int PageSize = 4_096;
    private const long Room = 64 << 20; // more than a transaction and its log take

    /// <summary>The file.</summary>
    public string Database { get; } = Path.Combine(home, "drops.db");

    /// <summary>Where a damaged one goes; one before it is replaced.</summary>
    public string SetAsideName => Database + ".damaged";

    private string Log => Database + "-wal";

    /// <summary>Whether the disk has room, as far as it says so; false where nothing is known.</summary>
    public bool HasRoom
    {
        get
        {
            try
            {
                return new DriveInfo(home).AvailableFreeSpace >= Room;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="VaultException">Damaged, of another version, not writable, or no room.</exception>
    public Database Open()
    {
        // Made by SQLite with our permissions only if the file is there already, empty.
        if (!File.Exists(Database))
            Create();
        WriteAheadLog.Prepare(Log, CheckpointFrames);
        var database = Sql.Database.Open(Database);
        try
        {
            Configure(database);
            if (database.ReadInt64("PRAGMA user_version") == 0)
                MakeTables(database);
            if (database.ReadInt64("PRAGMA user_version") != Version || database.ReadInt64("PRAGMA application_id") != ApplicationId)
                throw new VaultException(VaultFault.Damaged, "drops.db is of another kind");
            if (database.IsReadOnly)
                throw new VaultException(VaultFault.NotWritable, "drops.db cannot be written: the file does not allow it");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Gives a file that cannot be understood another name, so that a new one takes its place: what was in it, others keep too.</summary>
    public void SetAside()
    {
        File.Move(Database, SetAsideName, overwrite: true);
        File.Delete(Log);
    }

    private void Create()
    {
        File.Delete(Log);
        DurableFile.Write(Database, []);
        Posix.SyncFolder(Path.GetDirectoryName(Database)!);
    }

    // As vault.db but for what is not needed here: nothing in it is ours to erase, and memory is short. What is freed goes back to the disk little by little.
    private static void Configure(Database database) => database.Execute($"""
        PRAGMA page_size = {PageSize};
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = OFF;
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA cache_size = -4096;
        """);

    // Chunks lie apart from entries, so that lists touch few pages. A box is named by a number in the other tables. `charge` is the room that a row takes of its prefix.
    private static void MakeTables(Database database) => database.Execute($"""
        BEGIN IMMEDIATE;
        CREATE TABLE boxes (
            id INTEGER PRIMARY KEY, address BLOB NOT NULL UNIQUE, keys BLOB, last INTEGER NOT NULL, entries INTEGER NOT NULL, tombstones INTEGER NOT NULL, bytes INTEGER NOT NULL);
        CREATE TABLE entries (
            box INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, size INTEGER NOT NULL, expiry INTEGER NOT NULL, work INTEGER NOT NULL, prefix INTEGER NOT NULL, chunk INTEGER NOT NULL,
            write_signature BLOB NOT NULL, PRIMARY KEY (box, place)) WITHOUT ROWID;
        CREATE UNIQUE INDEX entries_hash ON entries (box, hash);
        CREATE INDEX entries_expiry ON entries (expiry);
        CREATE TABLE tombstones (
            box INTEGER NOT NULL, hash BLOB NOT NULL, expiry INTEGER NOT NULL, prefix INTEGER NOT NULL, delete_signature BLOB NOT NULL, PRIMARY KEY (box, hash)) WITHOUT ROWID;
        CREATE INDEX tombstones_expiry ON tombstones (expiry);
        CREATE TABLE chunks (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE prefixes (prefix INTEGER PRIMARY KEY, bytes INTEGER NOT NULL);
        CREATE TABLE totals (id INTEGER PRIMARY KEY CHECK (id = 1), used INTEGER NOT NULL, boxes INTEGER NOT NULL, believed INTEGER NOT NULL, doubted INTEGER NOT NULL);
        INSERT INTO totals VALUES (1, 0, 0, 0, 0);
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {Version};
        COMMIT;
        """);
}
