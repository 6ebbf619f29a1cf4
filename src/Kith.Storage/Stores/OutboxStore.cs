using Kith.Delivery;
using Kith.Storage.Keys;
using Kith.Storage.Sql;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>
/// The outbox, at places: the peer's integer in the upper 23 bits, the sequence in the lower 40. So the table itself is in each peer's
/// order, and an item touches no index but that of ids.
/// </summary>
internal sealed class OutboxStore : IOutboxStore
{
    /// <summary>Largest content, bytes.</summary>
    public const int MaxContentSize = 128 << 10;

    /// <summary>Largest envelope, bytes.</summary>
    public const int MaxEnvelopeSize = 256 << 10;

    /// <summary>Greatest sequence: at a thousand a second, 34 years.</summary>
    public const long MaxSequence = (1L << SequenceBits) - 1;

    private const int SequenceBits = 40;
    private const int SequenceBlock = 1024; // sequences taken at a time, so that the counter is seldom written
    private const int AssociatedDataSize = 1 + sizeof(long) + MessageId.Size;

    private readonly PeerTable _peers;
    private readonly RowSealer _sealer;
    private readonly WriteGuard _guard;
    private readonly Statement _insert;
    private readonly Statement _replace;
    private readonly Statement _remove;
    private readonly Statement _find;
    private readonly Statement _load;
    private readonly Statement _nextPlace;
    private readonly Statement _count;
    private readonly Statement _removePeer;
    private readonly Statement _readReserved;
    private readonly Statement _reserve;
    private long _next;
    private long _reserved;
    private int? _known; // how many items there are; null: to be counted

    public OutboxStore(Database database, RowSealer sealer, PeerTable peers, WriteGuard guard)
    {
        _peers = peers;
        _sealer = sealer;
        _guard = guard;
        _insert = database.Prepare("INSERT OR IGNORE INTO outbox (place, id, sealed) VALUES (?1, ?2, ?3)");
        _replace = database.Prepare("UPDATE outbox SET place = ?1, sealed = ?3 WHERE id = ?2");
        _remove = database.Prepare("DELETE FROM outbox WHERE id = ?1");
        _find = database.Prepare("SELECT place, id, sealed FROM outbox WHERE id = ?1");
        _load = database.Prepare("SELECT place, id, sealed FROM outbox WHERE place > ?1 AND place < ?2 ORDER BY place LIMIT ?3");
        _nextPlace = database.Prepare("SELECT min(place) FROM outbox WHERE place >= ?1");
        _count = database.Prepare("SELECT count(*) FROM outbox");
        _removePeer = database.Prepare("DELETE FROM outbox WHERE place >= ?1 AND place < ?2");
        _readReserved = database.Prepare("SELECT value FROM meta WHERE name = 'outbox'");
        _reserve = database.Prepare("INSERT INTO meta (name, value) VALUES ('outbox', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        Forget();
        _next = _reserved;
    }

    /// <inheritdoc/>
    public long NextSequence()
    {
        _guard.ThrowUnlessWriting();
        TakeSequence(_next);
        return _next - 1;
    }

    /// <inheritdoc/>
    public void Put(OutboxItem item)
    {
        _guard.ThrowUnlessWriting();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(item.Content.Length, MaxContentSize, nameof(item));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(item.Envelope?.Length ?? 0, MaxEnvelopeSize, nameof(item));
        ArgumentOutOfRangeException.ThrowIfNegative(item.Sequence, nameof(item));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(item.Sequence, MaxSequence, nameof(item));
        // Also when a rollback has undone the reservation of a sequence that was given out.
        if (item.Sequence >= Math.Min(_next, _reserved))
            TakeSequence(Math.Max(item.Sequence, _next - 1));

        var place = First(_peers.Intern(item.Peer)) | item.Sequence;
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Associate(place, item.Id, associated);
        using var writer = new WireWriter(item.Content.Length + (item.Envelope?.Length ?? 0) + 32);
        OutboxRow.Write(writer, item);
        var row = _sealer.Seal(associated, writer.WrittenSpan);
        var id = associated[^MessageId.Size..];
        if (_insert.Bind(1, place).Bind(2, id).Bind(3, row).Execute() > 0)
            _known++;
        else if (_replace.Bind(1, place).Bind(2, id).Bind(3, row).Execute() == 0)
            throw new InvalidOperationException("two items of one peer cannot have the same sequence");
    }

    /// <inheritdoc/>
    public bool Remove(MessageId id)
    {
        _guard.ThrowUnlessWriting();
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        if (_remove.Bind(1, bytes).Execute() == 0)
            return false;
        _known--;
        _guard.Erased = true;
        return true;
    }

    /// <inheritdoc/>
    public OutboxItem? Find(MessageId id)
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        using var row = _find.Bind(1, bytes).Query();
        return row.Next() ? Read(row) : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<OutboxItem> Load(AccountId peer, long after, int limit)
    {
        var result = new List<OutboxItem>();
        if (after >= MaxSequence || limit <= 0 || !_peers.TryFind(peer, out var number))
            return result;
        after = Math.Max(after, -1);
        using var rows = _load.Bind(1, First(number) + after).Bind(2, First(number + 1)).Bind(3, limit).Query();
        while (rows.Next())
        {
            var item = Read(rows);
            if (item.Peer != peer || item.Sequence <= after)
                throw RowSealer.Damaged(); // a tree out of its order: who pages on from the last one would not come to an end
            result.Add(item);
            after = item.Sequence;
        }

        return result;
    }

    /// <inheritdoc/>
    public IReadOnlyList<AccountId> Peers()
    {
        var result = new List<AccountId>();
        for (var place = FirstPlaceFrom(0); place is { } found; place = FirstPlaceFrom(First((found >> SequenceBits) + 1)))
            result.Add(_peers.Get(found >> SequenceBits));
        return result;
    }

    /// <inheritdoc/>
    public int Count()
    {
        if (_known is { } known)
            return known;
        using var row = _count.Query();
        row.Next();
        var counted = (int)row.Int64(0);
        _known = counted;
        return counted;
    }

    /// <inheritdoc/>
    public void RemovePeer(AccountId peer)
    {
        _guard.ThrowUnlessWriting();
        if (!_peers.TryFind(peer, out var number))
            return;
        _known -= _removePeer.Bind(1, First(number)).Bind(2, First(number + 1)).Execute();
        _guard.Erased = true;
    }

    /// <summary>Reads again what a rollback may have undone. Sequences that were given out are not given out again.</summary>
    public void Forget()
    {
        _known = null;
        using var row = _readReserved.Query();
        _reserved = row.Next() ? row.Int64(0) : 1;
    }

    private static long First(long peer) => peer << SequenceBits;

    private static void Associate(long place, MessageId id, Span<byte> associated)
    {
        associated[0] = (byte)SealedTable.Outbox;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(associated[1..], place);
        id.CopyTo(associated[^MessageId.Size..]);
    }

    private long? FirstPlaceFrom(long place)
    {
        using var row = _nextPlace.Bind(1, place).Query();
        var next = row.Next() ? row.NullableInt64(0) : null;
        return next < place ? throw RowSealer.Damaged() : next; // a tree out of its order: the walk would not end
    }

    private void TakeSequence(long sequence)
    {
        if (sequence >= MaxSequence)
            throw new InvalidOperationException("the outbox has given out all its sequences");
        _next = sequence + 1;
        if (_next <= _reserved)
            return;
        _reserved = Math.Min(_next + SequenceBlock, MaxSequence);
        _reserve.Bind(1, _reserved).Execute();
    }

    private OutboxItem Read(Statement.Rows row)
    {
        var place = row.Int64(0);
        var id = StoredIds.ReadMessageId(row.Blob(1));
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Associate(place, id, associated);
        var opened = _sealer.Open(associated, row.Blob(2));
        return OutboxRow.TryRead(opened, id, _peers.Get(place >> SequenceBits), place & MaxSequence, out var item) ? item! : throw RowSealer.Damaged();
    }
}
