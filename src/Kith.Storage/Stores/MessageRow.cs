using System.Buffers.Binary;
using Kith.Messaging.Conversations;
using Kith.Storage.Keys;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>The sealed part of a message: who wrote it (1), both times (8 each), body. And what its associated data is.</summary>
internal static class MessageRow
{
    /// <summary>Table (1), peer (8), depth (8), id (16), expiry (8; -1 for never): a row copied elsewhere, or given more time, does not open.</summary>
    public const int AssociatedDataSize = 1 + (3 * sizeof(long)) + MessageId.Size;

    /// <summary>What stands before the body, bytes.</summary>
    public const int HeaderSize = 1 + sizeof(long) + sizeof(long);
    private const long Never = -1;

    public static void Associate(long peer, MessagePosition position, long? expiresAt, Span<byte> associated)
    {
        associated[0] = (byte)SealedTable.Messages;
        BinaryPrimitives.WriteInt64BigEndian(associated[1..], peer);
        BinaryPrimitives.WriteInt64BigEndian(associated[9..], position.Depth);
        position.Id.CopyTo(associated[17..]);
        BinaryPrimitives.WriteInt64BigEndian(associated[33..], expiresAt ?? Never);
    }

    public static void Write(WireWriter writer, StoredMessage message)
    {
        writer.WriteByte(message.FromMe ? (byte)1 : (byte)0);
        writer.WriteUInt64((ulong)message.SentAt);
        writer.WriteUInt64((ulong)message.ReceivedAt);
        writer.WriteBytes(message.Body.Span);
    }

    /// <summary>Puts the sealed part together with the columns; the message keeps <paramref name="row"/>.</summary>
    /// <exception cref="VaultException">It is too short: damaged.</exception>
    public static StoredMessage Read(byte[] row, in MessageColumns columns)
    {
        var reader = new WireReader(row);
        if (!reader.TryReadByte(out var fromMe) || !reader.TryReadUInt64(out var sentAt) || !reader.TryReadUInt64(out var receivedAt))
            throw RowSealer.Damaged();
        return new StoredMessage(
            columns.Conversation, columns.Position, fromMe != 0, columns.State, columns.Unread,
            (long)sentAt, (long)receivedAt, columns.ExpiresAt, row.AsMemory(HeaderSize));
    }
}

/// <summary>What of a message stands in columns of its own.</summary>
internal readonly record struct MessageColumns(
    AccountId Conversation, MessagePosition Position, MessageState State, bool Unread, long? ExpiresAt);
