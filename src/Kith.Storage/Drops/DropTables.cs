using System.Globalization;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Storage.Sql;

namespace Kith.Storage.Drops;

/// <summary>Entries, tombstones and chunks in an open file. Faults are thrown as they come.</summary>
internal sealed class DropTables : IDisposable
{
    private readonly Database _database;
    private readonly DropBoxes _boxes;
    private readonly Statement _begin, _commit, _rollback;
    private readonly Statement _addChunk, _chunk, _dropChunk;
    private readonly Statement _add, _find, _list, _drop, _expired;
    private readonly Statement _bury, _findTombstone, _dropTombstone, _expiredTombstones;
    private readonly Statement _hasExpired;

    public DropTables(Database database)
    {
        _database = database;
        _boxes = new DropBoxes(database);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _addChunk = database.Prepare("INSERT INTO chunks (data) VALUES (?1) RETURNING id");
        _chunk = database.Prepare("SELECT c.data FROM entries e JOIN chunks c ON c.id = e.chunk WHERE e.box = ?1 AND e.hash = ?2");
        _dropChunk = database.Prepare("DELETE FROM chunks WHERE id = ?1");
        _add = database.Prepare("INSERT INTO entries (box, place, hash, size, expiry, work, prefix, chunk, write_signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        _find = database.Prepare("SELECT place, size, expiry, prefix, chunk FROM entries WHERE box = ?1 AND hash = ?2");
        _list = database.Prepare("SELECT place, hash, size, expiry, work, write_signature FROM entries WHERE box = ?1 AND place > ?2 ORDER BY place LIMIT ?3");
        _drop = database.Prepare("DELETE FROM entries WHERE box = ?1 AND place = ?2");
        _expired = database.Prepare("SELECT box, place, size, prefix, chunk FROM entries WHERE expiry <= ?1 LIMIT ?2");
        _bury = database.Prepare("INSERT INTO tombstones (box, hash, expiry, prefix, delete_signature) VALUES (?1, ?2, ?3, ?4, ?5)");
        _findTombstone = database.Prepare("SELECT expiry, delete_signature FROM tombstones WHERE box = ?1 AND hash = ?2");
        _dropTombstone = database.Prepare("DELETE FROM tombstones WHERE box = ?1 AND hash = ?2");
        _expiredTombstones = database.Prepare("SELECT box, hash, prefix FROM tombstones WHERE expiry <= ?1 LIMIT ?2");
        _hasExpired = database.Prepare("SELECT EXISTS (SELECT 1 FROM entries WHERE expiry <= ?1) OR EXISTS (SELECT 1 FROM tombstones WHERE expiry <= ?1)");
        _boxes.Load();
    }

    public long Used => _boxes.Used;

    public int Boxes => _boxes.Count;

    public (long Believed, long Doubted) Clock
    {
        get => _boxes.Clock;
        set => _boxes.Clock = value;
    }

    public void Dispose() => _database.Dispose();

    public void Begin() => _begin.Execute();

    public void Commit()
    {
        _boxes.Save();
        _commit.Execute();
    }

    public void Rollback()
    {
        // SQLite ends a transaction by itself on some errors, a full disk among them.
        if (_database.InTransaction)
            _rollback.Execute();
        _boxes.Load();
    }

    /// <summary>After a commit: moves the log into the file when it is long.</summary>
    public void Checkpoint()
    {
        if (_database.LogFrames >= DropFiles.CheckpointFrames)
            _database.Checkpoint();
    }

    /// <summary>Whether the trees are as they should be; reads all of the file, a second or so.</summary>
    public bool IsIntact => _database.ReadText("PRAGMA quick_check(1)") is "ok";

    /// <summary>Whether so much of the file is free that some should go back to the disk.</summary>
    public bool HasMuchFree => _database.ReadInt64("PRAGMA freelist_count") * 2 > _database.ReadInt64("PRAGMA page_count");

    /// <summary>Gives some of what is free in the file back to the disk.</summary>
    public void Shrink(int pages) => _database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({pages})"));

    public bool HasExpired(long now)
    {
        using var rows = _hasExpired.Bind(1, now).Query();
        return rows.Next() && rows.Int64(0) != 0;
    }

    public BoxSize Size(BoxAddress box) => _boxes.Find(box).Size;

    public long SizeOfPrefix(ulong prefix) => _boxes.ChargeOf(prefix);

    public List<BoxAddress> BoxesFrom(BoxAddress? after, int limit) => _boxes.List(after, limit);

    public long Add(long now, PublicBox box, BoxEntry entry, ulong prefix, ReadOnlySpan<byte> chunk)
    {
        var row = _boxes.Make(box.Address, box);
        var place = Math.Max(now, row.Last + 1);
        long id;
        using (var rows = _addChunk.Bind(1, chunk).Query())
        {
            id = rows.Next() ? rows.Int64(0) : throw new InvalidOperationException("a chunk was not inserted");
            _ = rows.Next();
        }

        Span<byte> hash = stackalloc byte[ChunkHash.Size];
        entry.Hash.CopyTo(hash);
        _add.Bind(1, row.Id).Bind(2, place).Bind(3, hash).Bind(4, entry.Size).Bind(5, entry.Expiry).Bind(6, (long)entry.Work).Bind(7, (long)prefix).Bind(8, id)
            .Bind(9, entry.WriteSignature.Span).Execute();
        _boxes.Change(row.Id, entries: 1, tombstones: 0, entry.Size, place);
        _boxes.Charge(prefix, entry.Size);
        return place;
    }

    public FoundEntry? Find(BoxAddress box, ChunkHash hash)
    {
        var row = _boxes.Find(box);
        if (row.IsNew)
            return null;
        if (Entry(row.Id, hash) is { } entry)
            return new FoundEntry(entry.Place, entry.Size, entry.Expiry, null);
        Span<byte> bytes = stackalloc byte[ChunkHash.Size];
        hash.CopyTo(bytes);
        using var rows = _findTombstone.Bind(1, row.Id).Bind(2, bytes).Query();
        return rows.Next() ? new FoundEntry(0, 0, rows.Int64(0), Sized(rows.Blob(1), Ed25519PublicKey.SignatureSize).ToArray()) : null;
    }

    public byte[]? Chunk(BoxAddress box, ChunkHash hash)
    {
        var row = _boxes.Find(box);
        if (row.IsNew)
            return null;
        Span<byte> bytes = stackalloc byte[ChunkHash.Size];
        hash.CopyTo(bytes);
        using var rows = _chunk.Bind(1, row.Id).Bind(2, bytes).Query();
        return rows.Next() ? rows.Blob(0).ToArray() : null;
    }

    public List<KeptEntry> List(BoxAddress box, long after, int limit)
    {
        var found = new List<KeptEntry>();
        if (_boxes.Find(box) is not { Id: var id, Box: { } keys })
            return found;
        using var rows = _list.Bind(1, id).Bind(2, after).Bind(3, limit).Query();
        while (rows.Next())
        {
            var hash = ChunkHash.FromBytes(Sized(rows.Blob(1), ChunkHash.Size));
            var entry = new BoxEntry(hash, (int)rows.Int64(2), rows.Int64(3), (ulong)rows.Int64(4), Sized(rows.Blob(5), Ed25519PublicKey.SignatureSize).ToArray());
            found.Add(new KeptEntry(rows.Int64(0), keys, entry));
        }

        return found;
    }

    public void Delete(BoxAddress box, ChunkHash hash, long expiry, ReadOnlySpan<byte> deleteSignature, ulong prefix)
    {
        var row = _boxes.Make(box, null);
        if (Entry(row.Id, hash) is { } entry)
        {
            (expiry, prefix) = (entry.Expiry, entry.Prefix);
            Drop(entry);
        }
        else if (Find(box, hash) is not null)
        {
            return;
        }

        // Dropping may have removed the box's row, with its last entry.
        row = _boxes.Make(box, row.Box);
        Span<byte> bytes = stackalloc byte[ChunkHash.Size];
        hash.CopyTo(bytes);
        _bury.Bind(1, row.Id).Bind(2, bytes).Bind(3, expiry).Bind(4, (long)prefix).Bind(5, deleteSignature).Execute();
        _boxes.Change(row.Id, entries: 0, tombstones: 1, bytes: 0);
        _boxes.Charge(prefix, HoldingLimits.TombstoneBytes);
    }

    public void Drop(BoxAddress box, ChunkHash hash)
    {
        var row = _boxes.Find(box);
        if (!row.IsNew && Entry(row.Id, hash) is { } entry)
            Drop(entry);
    }

    public int RemoveExpired(long now, int limit)
    {
        var entries = new List<Row>();
        using (var rows = _expired.Bind(1, now).Bind(2, limit).Query())
        {
            while (rows.Next())
                entries.Add(new Row(rows.Int64(0), rows.Int64(1), (int)rows.Int64(2), 0, (ulong)rows.Int64(3), rows.Int64(4)));
        }

        foreach (var entry in entries)
            Drop(entry);
        var tombstones = new List<(long Box, byte[] Hash, ulong Prefix)>();
        using (var rows = _expiredTombstones.Bind(1, now).Bind(2, limit - entries.Count).Query())
        {
            while (rows.Next())
                tombstones.Add((rows.Int64(0), rows.Blob(1).ToArray(), (ulong)rows.Int64(2)));
        }

        foreach (var (box, hash, prefix) in tombstones)
        {
            _dropTombstone.Bind(1, box).Bind(2, hash).Execute();
            _boxes.Change(box, entries: 0, tombstones: -1, bytes: 0);
            _boxes.Charge(prefix, -HoldingLimits.TombstoneBytes);
        }

        return entries.Count + tombstones.Count;
    }

    /// <summary>What must have this size, and has another only where the file is damaged.</summary>
    internal static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> value, int size) =>
        value.Length == size ? value : throw new VaultException(VaultFault.Damaged, "a value in drops.db has another size");

    private void Drop(in Row entry)
    {
        _drop.Bind(1, entry.Box).Bind(2, entry.Place).Execute();
        _dropChunk.Bind(1, entry.Chunk).Execute();
        _boxes.Change(entry.Box, entries: -1, tombstones: 0, -entry.Size);
        _boxes.Charge(entry.Prefix, -entry.Size);
    }

    private Row? Entry(long box, ChunkHash hash)
    {
        Span<byte> bytes = stackalloc byte[ChunkHash.Size];
        hash.CopyTo(bytes);
        using var rows = _find.Bind(1, box).Bind(2, bytes).Query();
        return rows.Next() ? new Row(box, rows.Int64(0), (int)rows.Int64(1), rows.Int64(2), (ulong)rows.Int64(3), rows.Int64(4)) : null;
    }

    private readonly record struct Row(long Box, long Place, int Size, long Expiry, ulong Prefix, long Chunk);
}
