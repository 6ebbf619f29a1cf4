using Kith.Storage.Keys;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>Ids as columns hold them.</summary>
internal static class StoredIds
{
    /// <exception cref="VaultException">The column has another length: the file is damaged.</exception>
    public static MessageId ReadMessageId(ReadOnlySpan<byte> column) =>
        column.Length == MessageId.Size ? MessageId.FromBytes(column) : throw RowSealer.Damaged();
}
