using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Storage.Files;
using Kith.Storage.Keys;
using Kith.Storage.Schema;
using Kith.Storage.Sql;

namespace Kith.Storage;

/// <summary>
/// Makes the files of a new vault. The key gets its name last: a home without it was never opened by anybody, so a creation that a crash
/// cut off is simply done again.
/// </summary>
internal static class VaultCreator
{
    /// <summary>Whether the home holds no vault, or the rest of one whose creation did not finish.</summary>
    public static bool IsNeeded(HomeFiles files) =>
        !File.Exists(files.Key) && (!File.Exists(files.Database) || File.Exists(files.UnfinishedKey));

    public static void Create(HomeFiles files, VaultOptions options, IReadOnlyList<IMigration> steps)
    {
        using var key = SecretBytes.Generate(options.Random, VaultKeys.KeySize);
        var content = VaultKeyFile.Encode(key, options.Passphrase, options.Random);
        try
        {
            DurableFile.Write(files.UnfinishedKey, content);
            Posix.SyncFolder(files.Home);
            VaultDatabase.Create(files, steps);
            Seal(files, key, options, steps);
            DurableFile.Publish(files.UnfinishedKey, files.Key);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, $"the home {files.Home}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Leaves the row by which key and file know each other.</summary>
    private static void Seal(HomeFiles files, SecretBytes key, VaultOptions options, IReadOnlyList<IMigration> steps)
    {
        using var keys = new VaultKeys(key);
        using var sealer = new RowSealer(keys.Rows, options.Random);
        using var database = VaultDatabase.Open(files, steps);
        VaultCheck.Write(database, sealer);
        database.SetCheckpointOnClose(true);
    }
}
