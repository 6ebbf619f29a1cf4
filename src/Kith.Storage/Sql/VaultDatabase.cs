using Kith.Storage.Files;
using Kith.Storage.Schema;

namespace Kith.Storage.Sql;

/// <summary>How <c>vault.db</c> is created and opened: the settings that durability, erasure and speed rest on.</summary>
internal static class VaultDatabase
{
    private const int PageSize = 4096;

    /// <summary>Creates the file with its schema; whatever has its name must be the rest of a creation that did not finish.</summary>
    public static void Create(HomeFiles files, IReadOnlyList<IMigration> steps)
    {
        File.Delete(files.WriteAheadLog);
        DurableFile.Write(files.Database, []);
        using var database = Database.Open(files.Database);
        database.Execute($"PRAGMA page_size = {PageSize}; PRAGMA application_id = {SchemaMigrator.ApplicationId}");
        Configure(database);
        SchemaMigrator.Migrate(database, steps);
    }

    /// <summary>Opens the file, checks that it is ours and known, and brings its schema up to date.</summary>
    /// <exception cref="VaultException">Damaged, too new, not writable; the file is as it was.</exception>
    public static Database Open(HomeFiles files, IReadOnlyList<IMigration> steps)
    {
        if (!File.Exists(files.Database))
            throw new VaultException(VaultFault.Damaged, $"vault.db is missing from {files.Home}: put back a copy of it, or restore an export into a new home");
        WriteAheadLog.Prepare(files.WriteAheadLog);
        var database = Database.Open(files.Database);
        try
        {
            // A file that is damaged or not understood must not be changed, not even by closing it.
            database.SetCheckpointOnClose(false);
            database.Execute("PRAGMA locking_mode = EXCLUSIVE");
            SchemaMigrator.ThrowUnlessKnown(database, steps);
            if (database.IsReadOnly)
                throw new VaultException(VaultFault.NotWritable, $"{files.Database} cannot be written: the file does not allow it");
            Configure(database);
            SchemaMigrator.Migrate(database, steps);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    // locking_mode EXCLUSIVE before the first access in WAL mode: the index of the log lies in our memory, there is no -shm file.
    // synchronous FULL: each commit is one fdatasync of the log. secure_delete ON: what is deleted is overwritten, freed pages too.
    // trusted_schema OFF, cell_size_check ON: a damaged or prepared file does less. temp_store MEMORY: nothing is written beside the home.
    private static void Configure(Database database) => database.Execute("""
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA cache_size = -8192;
        """);
}
