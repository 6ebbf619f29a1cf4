using Kith.Delivery;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Storage.Stores;
using Kith.Wire;

namespace Kith.Storage.Export;

/// <summary>What an item of an export is. Written: never reuse one.</summary>
internal enum ExportItemKind
{
    Record = 1,
    Message = 2,
    Received = 3,
    Outbox = 4,
    Beside = 5,
}

/// <summary>One item of an export. In the stream each stands after its kind and its length, both variable-length integers.</summary>
internal abstract record ExportItem
{
    /// <summary>Largest item, bytes.</summary>
    public const int MaxSize = RecordStore.MaxValueSize + 1024;

    private ExportItem()
    {
    }

    public abstract ExportItemKind Kind { get; }

    /// <summary>Writes the item without kind and length.</summary>
    public abstract void Write(WireWriter writer);

    /// <summary>Reads an item; false when it is not one. It keeps <paramref name="source"/>.</summary>
    public static bool TryRead(ulong kind, byte[] source, out ExportItem? item)
    {
        item = kind switch
        {
            (ulong)ExportItemKind.Record => Record.Read(source),
            (ulong)ExportItemKind.Message => Message.Read(source),
            (ulong)ExportItemKind.Received => Received.Read(source),
            (ulong)ExportItemKind.Outbox => Outbox.Read(source),
            (ulong)ExportItemKind.Beside => Beside.Read(source),
            _ => null,
        };
        return item is not null;
    }

    /// <summary>Kind (variable), key (with its length), value.</summary>
    public sealed record Record(RecordKind RecordKind, byte[] Key, byte[] Value) : ExportItem
    {
        public override ExportItemKind Kind => ExportItemKind.Record;

        public override void Write(WireWriter writer)
        {
            writer.WriteVarInt((ulong)RecordKind);
            writer.WriteLengthPrefixed(Key);
            writer.WriteBytes(Value);
        }

        public static Record? Read(byte[] source)
        {
            var reader = new WireReader(source);
            return reader.TryReadVarInt(byte.MaxValue, out var kind)
                && reader.TryReadLengthPrefixed(RecordStore.MaxKeySize, out var key)
                && reader.Remaining.Length <= RecordStore.MaxValueSize
                ? new Record((RecordKind)kind, key.ToArray(), reader.Remaining.ToArray())
                : null;
        }
    }

    /// <summary>Conversation, depth (8), id, state (1), unread (1), expiry (8; all ones for never), then the row as <see cref="MessageRow"/> has it.</summary>
    public sealed record Message(StoredMessage Stored) : ExportItem
    {
        private const ulong Never = ulong.MaxValue;

        public override ExportItemKind Kind => ExportItemKind.Message;

        public override void Write(WireWriter writer)
        {
            writer.WriteAccountId(Stored.Conversation);
            writer.WriteUInt64((ulong)Stored.Position.Depth);
            writer.WriteMessageId(Stored.Id);
            writer.WriteByte((byte)Stored.State);
            writer.WriteByte(Stored.Unread ? (byte)1 : (byte)0);
            writer.WriteUInt64(Stored.ExpiresAt is { } at ? (ulong)at : Never);
            MessageRow.Write(writer, Stored);
        }

        public static Message? Read(byte[] source)
        {
            var reader = new WireReader(source);
            if (!reader.TryReadAccountId(out var conversation) || !reader.TryReadUInt64(out var depth) || !reader.TryReadMessageId(out var id)
                || !reader.TryReadByte(out var state) || state > (byte)MessageState.Read || !reader.TryReadByte(out var unread)
                || !reader.TryReadUInt64(out var expiresAt) || (expiresAt != Never && expiresAt > long.MaxValue)
                || reader.Remaining.Length is < MessageRow.HeaderSize or > MessageRow.HeaderSize + MessageStore.MaxBodySize)
                return null;
            var columns = new MessageColumns(
                conversation, new MessagePosition((long)depth, id), (MessageState)state, unread != 0, expiresAt == Never ? null : (long)expiresAt);
            return new Message(MessageRow.Read(reader.Remaining.ToArray(), columns));
        }
    }

    /// <summary>From whom, id, day (8).</summary>
    public sealed record Received(AccountId From, MessageId Id, long Day) : ExportItem
    {
        public override ExportItemKind Kind => ExportItemKind.Received;

        public override void Write(WireWriter writer)
        {
            writer.WriteAccountId(From);
            writer.WriteMessageId(Id);
            writer.WriteUInt64((ulong)Day);
        }

        public static Received? Read(byte[] source)
        {
            var reader = new WireReader(source);
            return reader.TryReadAccountId(out var from) && reader.TryReadMessageId(out var id) && reader.TryReadUInt64(out var day) && reader.IsAtEnd
                ? new Received(from, id, (long)day)
                : null;
        }
    }

    /// <summary>Peer, id, sequence (8), then the row as <see cref="OutboxRow"/> has it, without an envelope: sessions do not travel, so it is sealed anew, and no drop holds that.</summary>
    public sealed record Outbox(OutboxItem Item) : ExportItem
    {
        public override ExportItemKind Kind => ExportItemKind.Outbox;

        public override void Write(WireWriter writer)
        {
            writer.WriteAccountId(Item.Peer);
            writer.WriteMessageId(Item.Id);
            writer.WriteUInt64((ulong)Item.Sequence);
            OutboxRow.Write(writer, Item.Sealed(envelope: null));
        }

        public static Outbox? Read(byte[] source)
        {
            var reader = new WireReader(source);
            return reader.TryReadAccountId(out var peer) && reader.TryReadMessageId(out var id)
                && reader.TryReadUInt64(out var sequence) && sequence < OutboxStore.MaxSequence
                && OutboxRow.TryRead(reader.Remaining.ToArray(), id, peer, (long)sequence, out var item) && item is { Envelope: null, StoredAt: null }
                ? new Outbox(item)
                : null;
        }
    }

    /// <summary>What a home keeps beside its vault and needs elsewhere too. The bytes are those of whoever keeps it; there is one at most.</summary>
    public sealed record Beside(byte[] Value) : ExportItem
    {
        /// <summary>The most that it can be, bytes.</summary>
        public const int MaxValueSize = 64 * 1024;

        public override ExportItemKind Kind => ExportItemKind.Beside;

        public override void Write(WireWriter writer) => writer.WriteBytes(Value);

        public static Beside? Read(byte[] source) => source.Length <= MaxValueSize ? new Beside(source) : null;
    }
}
