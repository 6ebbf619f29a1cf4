using System.Globalization;
using Kith.Storage.Sql;

namespace Kith.Storage.Schema;

/// <summary>Brings a database to the newest schema, each step in a transaction of its own.</summary>
internal static class SchemaMigrator
{
    /// <summary>"Kith" in ASCII, in the header of the file (PRAGMA application_id).</summary>
    public const int ApplicationId = 0x4b697468;

    /// <summary>Every step there is, in order.</summary>
    public static IReadOnlyList<IMigration> Steps { get; } = [new Version1(), new Version2()];

    /// <summary>Refuses a file that is not ours, empty or newer than the steps; changes nothing.</summary>
    /// <exception cref="VaultException">Damaged, or too new.</exception>
    public static void ThrowUnlessKnown(Database database, IReadOnlyList<IMigration> steps)
    {
        var version = database.ReadInt64("PRAGMA user_version");
        var newest = steps[^1].Version;
        if (database.ReadInt64("PRAGMA application_id") != ApplicationId || version < 1)
            throw new VaultException(VaultFault.Damaged, "vault.db is damaged or not a vault, and was left as it is: keep a copy of the home, then restore an export");
        if (version > newest)
        {
            throw new VaultException(
                VaultFault.TooNew, $"this home was written by a newer Kith (schema {version}, this one knows {newest}): update Kith to open it");
        }
    }

    /// <summary>Applies the steps above the database's version.</summary>
    public static void Migrate(Database database, IReadOnlyList<IMigration> steps)
    {
        foreach (var step in steps)
        {
            if (step.Version <= database.ReadInt64("PRAGMA user_version"))
                continue;
            database.Execute("BEGIN IMMEDIATE");
            try
            {
                step.Apply(database);
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {step.Version}"));
                database.Execute("COMMIT");
            }
            catch
            {
                if (database.InTransaction)
                    database.Execute("ROLLBACK");
                throw;
            }
        }
    }
}
