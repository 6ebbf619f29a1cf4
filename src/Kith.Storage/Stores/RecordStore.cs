using Kith.Crypto;
using Kith.Messaging;
using Kith.Storage.Keys;
using Kith.Storage.Sql;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>Records in the table of that name, found by the keyed hash of kind and key; key and value are sealed together.</summary>
internal sealed class RecordStore(Database database, RowSealer sealer, SecretBytes tagKey, WriteGuard guard) : IRecordStore
{
    /// <summary>Longest key, bytes.</summary>
    public const int MaxKeySize = 64;

    /// <summary>Largest value, bytes: a session that keeps its 2,000 skipped keys in each of 40 old states stays below.</summary>
    public const int MaxValueSize = 16 << 20;

    private const int TagSize = 16;
    private const int AssociatedDataSize = 1 + 1 + TagSize; // table, kind, tag

    private readonly Statement _get = database.Prepare("SELECT sealed FROM records WHERE kind = ?1 AND tag = ?2");
    private readonly Statement _put = database.Prepare(
        "INSERT INTO records (kind, tag, sealed) VALUES (?1, ?2, ?3) ON CONFLICT (kind, tag) DO UPDATE SET sealed = excluded.sealed");
    private readonly Statement _remove = database.Prepare("DELETE FROM records WHERE kind = ?1 AND tag = ?2");
    private readonly Statement _all = database.Prepare("SELECT tag, sealed FROM records WHERE kind = ?1");

    /// <inheritdoc/>
    public byte[]? Get(RecordKind kind, ReadOnlySpan<byte> key)
    {
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Associate(kind, key, associated);
        using var row = _get.Bind(1, (long)kind).Bind(2, Tag(associated)).Query();
        if (!row.Next())
            return null;
        Split(sealer.OpenBriefly(associated, row.Blob(0)), out _, out var value);
        return value.ToArray();
    }

    /// <inheritdoc/>
    public void Put(RecordKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        guard.ThrowUnlessWriting();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxValueSize, nameof(value));
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Associate(kind, key, associated);
        using var writer = new WireWriter(key.Length + value.Length + VarInt.MaxSize);
        writer.WriteLengthPrefixed(key);
        writer.WriteBytes(value);
        _put.Bind(1, (long)kind).Bind(2, Tag(associated)).Bind(3, sealer.Seal(associated, writer.WrittenSpan)).Execute();
    }

    /// <inheritdoc/>
    public bool Remove(RecordKind kind, ReadOnlySpan<byte> key)
    {
        guard.ThrowUnlessWriting();
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Associate(kind, key, associated);
        var removed = _remove.Bind(1, (long)kind).Bind(2, Tag(associated)).Execute() > 0;
        guard.Erased |= removed;
        return removed;
    }

    /// <inheritdoc/>
    public IReadOnlyList<(byte[] Key, byte[] Value)> All(RecordKind kind)
    {
        var result = new List<(byte[], byte[])>();
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        associated[0] = (byte)SealedTable.Records;
        associated[1] = (byte)kind;
        using var rows = _all.Bind(1, (long)kind).Query();
        while (rows.Next())
        {
            if (rows.Blob(0).Length != TagSize)
                throw RowSealer.Damaged();
            rows.Blob(0).CopyTo(associated[2..]);
            Split(sealer.OpenBriefly(associated, rows.Blob(1)), out var key, out var value);
            result.Add((key.ToArray(), value.ToArray()));
        }
        return result;
    }

    private static ReadOnlySpan<byte> Tag(ReadOnlySpan<byte> associated) => associated[2..];

    private static void Split(ReadOnlySpan<byte> opened, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var reader = new WireReader(opened);
        if (!reader.TryReadLengthPrefixed(MaxKeySize, out key))
            throw RowSealer.Damaged();
        value = reader.Remaining;
    }

    private void Associate(RecordKind kind, ReadOnlySpan<byte> key, Span<byte> associated)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, MaxKeySize, nameof(key));
        Span<byte> input = stackalloc byte[1 + MaxKeySize];
        input[0] = (byte)kind;
        key.CopyTo(input[1..]);
        associated[0] = (byte)SealedTable.Records;
        associated[1] = (byte)kind;
        Blake2b.Hash(tagKey.Value, input[..(1 + key.Length)], associated[2..]);
    }
}
