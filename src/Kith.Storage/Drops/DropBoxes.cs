using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Storage.Sql;

namespace Kith.Storage.Drops;

/// <summary>A box's row.</summary>
internal readonly record struct DropBox(long Id, PublicBox? Box, long Last, BoxSize Size)
{
    public bool IsNew => Id == 0;
}

/// <summary>The table of boxes, and what prefixes take. Nothing of it is held in memory: there may be a quarter of a million.</summary>
internal sealed class DropBoxes(Database database)
{
    private readonly Statement _find = database.Prepare("SELECT id, keys, last, entries, tombstones, bytes FROM boxes WHERE address = ?1");
    private readonly Statement _insert = database.Prepare("INSERT INTO boxes (address, last, entries, tombstones, bytes) VALUES (?1, 0, 0, 0, 0) RETURNING id");
    private readonly Statement _setKeys = database.Prepare("UPDATE boxes SET keys = ?2 WHERE id = ?1");
    private readonly Statement _add = database.Prepare("UPDATE boxes SET last = max(last, ?2), entries = entries + ?3, tombstones = tombstones + ?4, bytes = bytes + ?5 WHERE id = ?1 RETURNING entries, tombstones");
    private readonly Statement _remove = database.Prepare("DELETE FROM boxes WHERE id = ?1");
    private readonly Statement _list = database.Prepare("SELECT address FROM boxes WHERE address > ?1 AND entries > 0 ORDER BY address LIMIT ?2");
    private readonly Statement _prefix = database.Prepare("SELECT bytes FROM prefixes WHERE prefix = ?1");
    private readonly Statement _charge = database.Prepare("INSERT INTO prefixes VALUES (?1, ?2) ON CONFLICT (prefix) DO UPDATE SET bytes = bytes + ?2 RETURNING bytes");
    private readonly Statement _forgetPrefix = database.Prepare("DELETE FROM prefixes WHERE prefix = ?1");
    private readonly Statement _totals = database.Prepare("SELECT used, boxes, believed, doubted FROM totals WHERE id = 1");
    private readonly Statement _setTotals = database.Prepare("UPDATE totals SET used = ?1, boxes = ?2, believed = ?3, doubted = ?4 WHERE id = 1");

    /// <summary>Bytes of room taken, as far as the open transaction goes.</summary>
    public long Used { get; private set; }

    /// <summary>Boxes with entries, as far as the open transaction goes.</summary>
    public int Count { get; private set; }

    /// <summary>What was noted of the clock.</summary>
    public (long Believed, long Doubted) Clock { get; set; }

    /// <summary>Reads the totals again: at the start, and when changes were undone.</summary>
    public void Load()
    {
        using var rows = _totals.Query();
        (Used, Count, Clock) = rows.Next() ? (rows.Int64(0), (int)rows.Int64(1), (rows.Int64(2), rows.Int64(3))) : (0, 0, default);
    }

    /// <summary>Writes the totals: before each commit.</summary>
    public void Save() => _setTotals.Bind(1, Used).Bind(2, Count).Bind(3, Clock.Believed).Bind(4, Clock.Doubted).Execute();

    /// <summary>A box's row; a default one where it has none.</summary>
    public DropBox Find(BoxAddress address)
    {
        Span<byte> bytes = stackalloc byte[BoxAddress.Size];
        address.CopyTo(bytes);
        using var rows = _find.Bind(1, bytes).Query();
        if (!rows.Next())
            return default;
        _ = PublicBox.TryRead(rows.Blob(1), out var box);
        return new DropBox(rows.Int64(0), box, rows.Int64(2), new BoxSize((int)rows.Int64(3), (int)rows.Int64(4), rows.Int64(5)));
    }

    /// <summary>A box's row, made where there is none. Keys are set where they are given and were not known: tombstones alone do not bring them.</summary>
    public DropBox Make(BoxAddress address, PublicBox? keys)
    {
        var found = Find(address);
        if (found.IsNew)
        {
            Span<byte> bytes = stackalloc byte[BoxAddress.Size];
            address.CopyTo(bytes);
            using var rows = _insert.Bind(1, bytes).Query();
            if (!rows.Next())
                throw new InvalidOperationException("a box was not inserted");
            found = new DropBox(rows.Int64(0), null, 0, default);
            _ = rows.Next(); // to its end: only then is it done
        }

        if (keys is not null && found.Box is null)
        {
            _setKeys.Bind(1, found.Id).Bind(2, keys.Bytes).Execute();
            found = found with { Box = keys };
        }

        return found;
    }

    /// <summary>Counts what came into a box or left it; a box that has nothing left is removed.</summary>
    public void Change(long box, int entries, int tombstones, long bytes, long place = 0)
    {
        long entriesNow, tombstonesNow;
        using (var rows = _add.Bind(1, box).Bind(2, place).Bind(3, entries).Bind(4, tombstones).Bind(5, bytes).Query())
        {
            if (!rows.Next())
                throw new VaultException(VaultFault.Damaged, "an entry in drops.db is of no box");
            (entriesNow, tombstonesNow) = (rows.Int64(0), rows.Int64(1));
            _ = rows.Next();
        }

        if (entriesNow == 0 && tombstonesNow == 0)
            _remove.Bind(1, box).Execute();
        if (entries > 0 && entriesNow == entries)
            Count++;
        else if (entries < 0 && entriesNow == 0)
            Count--;
    }

    /// <summary>Charges a prefix with room, or gives it back.</summary>
    public void Charge(ulong prefix, long bytes)
    {
        Used += bytes;
        long now;
        using (var rows = _charge.Bind(1, (long)prefix).Bind(2, bytes).Query())
        {
            now = rows.Next() ? rows.Int64(0) : 0;
            _ = rows.Next();
        }

        if (now <= 0)
            _forgetPrefix.Bind(1, (long)prefix).Execute();
    }

    /// <summary>Bytes of room that a prefix takes.</summary>
    public long ChargeOf(ulong prefix)
    {
        using var rows = _prefix.Bind(1, (long)prefix).Query();
        return rows.Next() ? rows.Int64(0) : 0;
    }

    /// <summary>Boxes with entries behind an address.</summary>
    public List<BoxAddress> List(BoxAddress? after, int limit)
    {
        Span<byte> bytes = stackalloc byte[BoxAddress.Size];
        after?.CopyTo(bytes);
        var found = new List<BoxAddress>();
        using var rows = _list.Bind(1, after is null ? [] : bytes).Bind(2, limit).Query();
        while (rows.Next())
            found.Add(BoxAddress.FromBytes(DropTables.Sized(rows.Blob(0), BoxAddress.Size)));
        return found;
    }
}
