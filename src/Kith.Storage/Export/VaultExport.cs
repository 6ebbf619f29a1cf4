using Kith.Crypto;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Storage.Files;
using Kith.Wire;

namespace Kith.Storage.Export;

/// <summary>
/// Writes everything of a vault that can live elsewhere into one encrypted file (docs/protocol/vault.md, "Export"): all records but Signal
/// sessions and one-time prekeys (a ratchet that exists twice breaks), the history, the ids already received, and what waits to be delivered.
/// </summary>
public static class VaultExport
{
    private const int PageSize = 256;

    /// <summary>The records that stay behind: restored contacts start new sessions.</summary>
    internal static bool IsLeftBehind(RecordKind kind) => kind is RecordKind.Session or RecordKind.PreKey;

    /// <summary>
    /// Writes the export. It shows one moment, since nobody else writes meanwhile: the call runs on the vault's thread, outside a transaction.
    /// The stream is flushed and left open; syncing and naming a file is the caller's.
    /// </summary>
    /// <param name="vault">What is exported.</param>
    /// <param name="passphrase">What opens it again.</param>
    /// <param name="destination">Where it is written.</param>
    /// <param name="beside">What the home keeps beside the vault and needs elsewhere too; null for nothing.</param>
    /// <exception cref="VaultException">The stream cannot be written (no room), or the vault is damaged.</exception>
    public static void Write(Vault vault, string passphrase, Stream destination, byte[]? beside = null)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        if (beside?.Length > ExportItem.Beside.MaxValueSize)
            throw new ArgumentException("more than an export takes of what is beside a vault", nameof(beside));
        vault.ThrowIfInTransaction();
        var (header, key) = ExportHeader.Create(passphrase, SystemRandom.Instance);
        using (key)
        {
            try
            {
                destination.Write(header.Bytes);
                using var chunks = new ChunkWriter(destination, new ChunkCipher(header, key));
                using var writer = new WireWriter();
                if (beside is not null)
                    Write(chunks, writer, new ExportItem.Beside(beside));
                foreach (var item in Items(vault))
                    Write(chunks, writer, item);
                chunks.Finish();
                destination.Flush();
            }
            catch (Exception error) when (FileFaults.IsFileError(error))
            {
                throw FileFaults.From(error, "the export");
            }
        }
    }

    private static void Write(ChunkWriter chunks, WireWriter writer, ExportItem item)
    {
        Span<byte> prefix = stackalloc byte[2 * VarInt.MaxSize];
        writer.Clear();
        item.Write(writer);
        var size = VarInt.Write(prefix, (ulong)item.Kind);
        size += VarInt.Write(prefix[size..], (ulong)writer.Length);
        chunks.Write(prefix[..size]);
        chunks.Write(writer.WrittenSpan);
    }

    private static IEnumerable<ExportItem> Items(Vault vault) => Records(vault)
        .Concat(vault.Contents.Conversations().SelectMany(conversation => Messages(vault, conversation)))
        .Concat(vault.Contents.Received().Select(mark => new ExportItem.Received(mark.From, mark.Id, mark.Day)))
        .Concat(vault.Outbox.Peers().SelectMany(peer => Outbox(vault, peer)));

    private static IEnumerable<ExportItem> Records(Vault vault) =>
        from kind in Enum.GetValues<RecordKind>()
        where !IsLeftBehind(kind)
        from record in vault.Records.All(kind)
        select new ExportItem.Record(kind, record.Key, record.Value);

    private static IEnumerable<ExportItem> Messages(Vault vault, AccountId conversation)
    {
        MessagePosition? position = null;
        while (vault.Messages.After(conversation, position, PageSize) is { Count: > 0 } page)
        {
            foreach (var message in page)
                yield return new ExportItem.Message(message);
            position = page[^1].Position;
        }
    }

    private static IEnumerable<ExportItem> Outbox(Vault vault, AccountId peer)
    {
        var after = -1L;
        while (vault.Outbox.Load(peer, after, PageSize) is { Count: > 0 } page)
        {
            foreach (var item in page)
                yield return new ExportItem.Outbox(item);
            after = page[^1].Sequence;
        }
    }
}
