using Kith.Delivery;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>
/// The sealed part of an outbox item: route (1), time (8), form (1: bit 0, an envelope stands last; bit 1, it was stored in a drop), with bit 1 when (8) and how often
/// (1), content (with its length), envelope. Rows of before there were drops have no bit 1.
/// </summary>
internal static class OutboxRow
{
    private const byte WithEnvelope = 1;
    private const byte WithStores = 2;

    public static void Write(WireWriter writer, OutboxItem item)
    {
        writer.WriteByte((byte)item.Route);
        writer.WriteUInt64((ulong)item.EnqueuedAt);
        writer.WriteByte((byte)((item.Envelope is null ? 0 : WithEnvelope) | (item.StoredAt is null ? 0 : WithStores)));
        if (item.StoredAt is { } storedAt)
        {
            writer.WriteUInt64((ulong)storedAt);
            writer.WriteByte((byte)item.Stores);
        }

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
            || form > (WithEnvelope | WithStores))
            return false;
        long? storedAt = null;
        byte stores = 0;
        if ((form & WithStores) != 0)
        {
            if (!reader.TryReadUInt64(out var at) || at > long.MaxValue || !reader.TryReadByte(out stores))
                return false;
            storedAt = (long)at;
        }

        if (!reader.TryReadLengthPrefixed(OutboxStore.MaxContentSize, out var content) || ((form & WithEnvelope) == 0 && !reader.IsAtEnd))
            return false;
        var contentStart = reader.Consumed - content.Length;
        // Not a conditional expression: in one, null would become an empty memory by way of byte[].
        ReadOnlyMemory<byte>? envelope = null;
        if ((form & WithEnvelope) != 0)
            envelope = row.AsMemory(reader.Consumed);
        item = new OutboxItem(id, peer, sequence, row.AsMemory(contentStart, content.Length), envelope, (RouteKind)route, (long)enqueuedAt) { StoredAt = storedAt, Stores = stores };
        return true;
    }
}
