using Kith.Delivery;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>The sealed part of an outbox item: route (1), time (8), whether there is an envelope (1), content (with its length), envelope.</summary>
internal static class OutboxRow
{
    private const byte WithoutEnvelope = 0;
    private const byte WithEnvelope = 1;

    public static void Write(WireWriter writer, OutboxItem item)
    {
        writer.WriteByte((byte)item.Route);
        writer.WriteUInt64((ulong)item.EnqueuedAt);
        writer.WriteByte(item.Envelope is null ? WithoutEnvelope : WithEnvelope);
        writer.WriteLengthPrefixed(item.Content.Span);
        if (item.Envelope is { } envelope)
            writer.WriteBytes(envelope.Span);
    }

    /// <summary>Reads what was written; the item keeps <paramref name="row"/>.</summary>
    public static bool TryRead(byte[] row, MessageId id, AccountId peer, long sequence, out OutboxItem? item)
    {
        item = null;
        var reader = new WireReader(row);
        if (!reader.TryReadByte(out var route) || !reader.TryReadUInt64(out var enqueuedAt) || !reader.TryReadByte(out var form)
            || form > WithEnvelope || !reader.TryReadLengthPrefixed(OutboxStore.MaxContentSize, out var content)
            || (form == WithoutEnvelope && !reader.IsAtEnd))
            return false;
        var contentStart = reader.Consumed - content.Length;
        // Not a conditional expression: in one, null would become an empty memory by way of byte[].
        ReadOnlyMemory<byte>? envelope = null;
        if (form == WithEnvelope)
            envelope = row.AsMemory(reader.Consumed);
        item = new OutboxItem(id, peer, sequence, row.AsMemory(contentStart, content.Length), envelope, (RouteKind)route, (long)enqueuedAt);
        return true;
    }
}
