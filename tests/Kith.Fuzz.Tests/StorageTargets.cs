using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging.Conversations;
using Kith.Storage;
using Kith.Storage.Keys;
using Kith.Storage.Stores;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>What is read back from files: key files, and rows whose seal was right.</summary>
internal static class StorageTargets
{
    private const int ChecksumSize = 16;

    private static readonly MessageId Id = MessageId.FromBytes(new byte[MessageId.Size]);
    private static readonly AccountId Peer = AccountId.FromBytes(new byte[AccountId.Size]);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("vault key file", () => new FuzzTarget("vault key file", KeyFiles(), input => VaultKeyFile.TryRead(input, out _))),
        ("vault key file, checksum right", KeyFileBodies),
        ("outbox row", Outbox),
        ("message row", Message),
    ];

    private static byte[][] KeyFiles()
    {
        using var key = SecretBytes.Generate(SystemRandom.Instance, VaultKeys.KeySize);
        return [VaultKeyFile.Encode(key, null, SystemRandom.Instance), VaultKeyFile.Encode(key, "correct horse", SystemRandom.Instance)];
    }

    private static FuzzTarget KeyFileBodies() => new("vault key file, checksum right", [.. KeyFiles().Select(file => file[..^ChecksumSize])], body =>
    {
        var file = new byte[body.Length + ChecksumSize];
        body.CopyTo(file, 0);
        Blake2b.Hash(body, file.AsSpan(body.Length));
        if (!VaultKeyFile.TryRead(file, out var read))
            return false;
        // Opening costs what the parameters ask for: it must never be more than the limits.
        if (read is VaultKeyFile.Wrapped wrapped)
        {
            Assert.InRange(wrapped.Parameters.Operations, 1, (int)PassphraseKey.MaxOperations);
            Assert.InRange(wrapped.Parameters.MemoryBytes, 0, (long)PassphraseKey.MaxMemoryKiB << 10);
        }

        return true;
    });

    private static FuzzTarget Outbox()
    {
        return new FuzzTarget("outbox row", [Row(new byte[40]), Row(null), Row(new byte[40], stored: true)], row => OutboxRow.TryRead(row, Id, Peer, 1, out _));

        static byte[] Row(byte[]? envelope, bool stored = false)
        {
            using var writer = new WireWriter();
            ReadOnlyMemory<byte>? sealedBytes = null;
            if (envelope is not null)
                sealedBytes = envelope;
            var item = new OutboxItem(Id, Peer, 1, new byte[20], sealedBytes, RouteKind.Direct, 5);
            OutboxRow.Write(writer, stored ? item.StoredOnceMore(9) : item);
            return writer.ToArray();
        }
    }

    private static FuzzTarget Message()
    {
        var position = new MessagePosition(3, Id);
        using var writer = new WireWriter();
        MessageRow.Write(writer, new StoredMessage(Peer, position, true, MessageState.Sent, false, 1, 2, null, new byte[30]));
        return new FuzzTarget("message row", [writer.ToArray()], row =>
        {
            try
            {
                _ = MessageRow.Read(row, new MessageColumns(Peer, position, MessageState.Sent, false, null));
                return true;
            }
            catch (VaultException damaged) when (damaged.Fault == VaultFault.Damaged)
            {
                return false;
            }
        });
    }
}
