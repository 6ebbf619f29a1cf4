using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Storage.Export;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Export files: cut and altered, and with content that was sealed by who knows the passphrase.</summary>
internal static class ExportTargets
{
    private const int ChecksumSize = 16;
    private static readonly AccountId Person = AccountId.FromBytes(new byte[AccountId.Size]);
    private static readonly MessageId Id = MessageId.FromBytes(new byte[MessageId.Size]);
    private static readonly OutboxItem Item = new(Id, Person, 1, new byte[20], null, RouteKind.Auto, 1);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("export header", () => new FuzzTarget("export header", [NewExport().Header.Bytes.ToArray()],
            input => ExportHeader.TryRead(WithChecksum(input), out _, out _))),
        ("export chunks", ExportChunks),
        ("export content", ExportContent),
    ];

    /// <summary>Sealed chunks, mutated as a damaged or hostile file is.</summary>
    private static FuzzTarget ExportChunks()
    {
        var (header, key) = NewExport();
        return new FuzzTarget("export chunks", [Seal(header, key, Content())], input => TryReadAll(header, key, input));
    }

    /// <summary>Content, mutated by who knows the passphrase.</summary>
    private static FuzzTarget ExportContent()
    {
        var (header, key) = NewExport();
        return new FuzzTarget("export content", [Content()], input => TryReadAll(header, key, Seal(header, key, input)));
    }

    private static (ExportHeader Header, SecretBytes Key) NewExport() => ExportHeader.Create("passphrase", SystemRandom.Instance);

    private static byte[] Seal(ExportHeader header, SecretBytes key, byte[] content)
    {
        using var file = new MemoryStream();
        using var chunks = new ChunkWriter(file, new ChunkCipher(header, key));
        chunks.Write(content);
        chunks.Finish();
        return file.ToArray();
    }

    private static bool TryReadAll(ExportHeader header, SecretBytes key, byte[] file)
    {
        using var chunks = new ChunkReader(new MemoryStream(file), new ChunkCipher(header, key));
        while (!chunks.IsAtEnd)
        {
            if (!ExportReader.TryReadItem(chunks, out _))
                return false;
        }

        return true;
    }

    private static byte[] Content()
    {
        var message = new StoredMessage(Person, new MessagePosition(1, Id), true, MessageState.Sent, false, 1, 2, 3, new byte[30]);
        ExportItem[] items =
        [
            new ExportItem.Record(RecordKind.Contact, [1, 2], [3, 4]), new ExportItem.Message(message),
            new ExportItem.Received(Person, Id, 5), new ExportItem.Outbox(Item), new ExportItem.Beside([1, 2, 3]),
        ];
        using var writer = new WireWriter();
        foreach (var item in items)
        {
            using var bytes = new WireWriter();
            item.Write(bytes);
            writer.WriteVarInt((ulong)item.Kind);
            writer.WriteLengthPrefixed(bytes.WrittenSpan);
        }

        return writer.ToArray();
    }

    private static byte[] WithChecksum(byte[] file)
    {
        var copy = file.ToArray();
        if (copy.Length >= ChecksumSize)
            Blake2b.Hash(copy.AsSpan(0, copy.Length - ChecksumSize), copy.AsSpan(copy.Length - ChecksumSize));
        return copy;
    }
}
