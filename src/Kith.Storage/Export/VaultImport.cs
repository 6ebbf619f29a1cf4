using System.Globalization;
using Kith.Crypto;
using Kith.Storage.Files;

namespace Kith.Storage.Export;

/// <summary>Makes a home out of an export. It is built beside the home and gets its name at the end: a failed import leaves nothing.</summary>
public static class VaultImport
{
    private const string DamagedSentence = "the export is damaged or not complete: nothing was restored";
    private const int ItemsPerTransaction = 1000;

    /// <summary>Reads an export into a home that is empty or not there.</summary>
    /// <param name="source">The export.</param>
    /// <param name="passphrase">The export's passphrase.</param>
    /// <param name="home">The new home, with the passphrase that it shall have (null: none).</param>
    /// <param name="takeBeside">Told the folder that becomes the home, and what the other home kept beside its vault (null: the export has nothing of it), before the home gets its name. What it throws ends the import, and nothing is left.</param>
    /// <exception cref="VaultException">Wrong passphrase; damaged or cut; written by a newer Kith; the home is not empty or cannot be written.</exception>
    public static void Read(Stream source, string passphrase, VaultOptions home, Action<string, byte[]?>? takeBeside = null)
    {
        var files = new HomeFiles(home.Home);
        ThrowUnlessEmpty(files);
        var header = ReadHeader(source);
        using var key = header.Open(passphrase);
        try
        {
            var parent = Path.GetDirectoryName(files.Home) ?? throw new IOException("the root folder cannot be a home");
            Directory.CreateDirectory(parent);
            var draft = Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $".kith-import-{SystemRandom.Instance.NextUInt64():x16}"));
            try
            {
                var beside = Fill(source, header, key, home with { Home = draft });
                takeBeside?.Invoke(draft, beside);
                Posix.SyncFolder(draft);
                Posix.Rename(draft, files.Home);
            }
            catch
            {
                if (Directory.Exists(draft))
                    Directory.Delete(draft, recursive: true);
                throw;
            }
            Posix.SyncFolder(parent);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, $"the home {files.Home}");
        }
    }

    private static void ThrowUnlessEmpty(HomeFiles files)
    {
        if (File.Exists(files.Home) || (Directory.Exists(files.Home) && Directory.EnumerateFileSystemEntries(files.Home).Any()))
            throw new VaultException(VaultFault.NotWritable, $"an export is restored into a new home, but {files.Home} is not empty");
    }

    private static ExportHeader ReadHeader(Stream source)
    {
        var bytes = new byte[ExportHeader.Size];
        var size = ReadSource(() => source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        if (ExportHeader.TryRead(bytes.AsSpan(0, size), out var header, out var newer))
            return header!;
        throw newer
            ? new VaultException(VaultFault.TooNew, "this export was written by a newer Kith: update Kith to restore it")
            : new VaultException(VaultFault.Damaged, DamagedSentence);
    }

    private static byte[]? Fill(Stream source, ExportHeader header, SecretBytes key, VaultOptions draft)
    {
        using var chunks = new ChunkReader(source, new ChunkCipher(header, key));
        using var vault = Vault.Open(draft);
        vault.Begin();
        byte[]? beside = null;
        for (var count = 1; !ReadSource(() => chunks.IsAtEnd); count++)
        {
            if (ReadSource(() => ExportReader.TryReadItem(chunks, out var item) ? item : null) is not { } read)
                throw new VaultException(VaultFault.Damaged, DamagedSentence);
            try
            {
                if (read is not ExportItem.Beside kept)
                    Apply(vault, read);
                else if (beside is null)
                    beside = kept.Value;
                else
                    throw new VaultException(VaultFault.Damaged, DamagedSentence);
            }
            catch (Exception error) when (error is InvalidOperationException or ArgumentException)
            {
                // Items that no vault can hold together, as two at one place of the outbox.
                throw new VaultException(VaultFault.Damaged, DamagedSentence, error);
            }
            if (count % ItemsPerTransaction == 0)
            {
                vault.Commit();
                vault.Begin();
            }
        }
        vault.Commit();
        return beside;
    }

    private static void Apply(Vault vault, ExportItem item)
    {
        switch (item)
        {
            case ExportItem.Record record when !VaultExport.IsLeftBehind(record.RecordKind):
                vault.Records.Put(record.RecordKind, record.Key, record.Value);
                break;
            case ExportItem.Message message when vault.Messages.Add(message.Stored):
                break;
            case ExportItem.Received mark:
                vault.Contents.AddReceived(mark.From, mark.Id, mark.Day);
                break;
            case ExportItem.Outbox waiting when vault.Outbox.Find(waiting.Item.Id) is null:
                vault.Outbox.Put(waiting.Item);
                break;
            default:
                throw new VaultException(VaultFault.Damaged, DamagedSentence);
        }
    }

    /// <summary>Tells a source that cannot be read from a home that cannot be written.</summary>
    private static T ReadSource<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw new VaultException(VaultFault.NotWritable, "the export cannot be read: " + error.Message, error);
        }
    }
}
