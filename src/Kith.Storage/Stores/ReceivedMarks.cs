using Kith.Storage.Sql;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>
/// The ids that came in, by whom they came from, with the day alone. A sender repeats a message until it has our receipt, so a mark may go
/// when nobody can still be repeating it: after 90 whole days.
/// </summary>
internal sealed class ReceivedMarks(Database database)
{
    /// <summary>Whole days that a mark is kept.</summary>
    public const int KeptDays = 90;

    private const long MillisecondsPerDay = 86_400_000;

    private readonly Statement _add = database.Prepare("INSERT OR IGNORE INTO received (peer, id, day) VALUES (?1, ?2, ?3)");
    private readonly Statement _remove = database.Prepare("DELETE FROM received WHERE peer = ?1 AND id = ?2");
    private readonly Statement _prune = database.Prepare("DELETE FROM received WHERE day < ?1");
    private readonly Statement _all = database.Prepare("SELECT peer, id, day FROM received");

    /// <summary>The day of a time, counted from 1970.</summary>
    public static long DayOf(long unixMilliseconds) => unixMilliseconds / MillisecondsPerDay;

    /// <summary>Notes an id; false when it was noted before.</summary>
    public bool TryAdd(long peer, MessageId id, long now) => Add(peer, id, DayOf(now));

    /// <summary>Notes an id with the day that another vault had noted.</summary>
    public bool Add(long peer, MessageId id, long day)
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        return _add.Bind(1, peer).Bind(2, bytes).Bind(3, day).Execute() > 0;
    }

    /// <summary>Takes a mark back.</summary>
    public void Remove(long peer, MessageId id)
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        _remove.Bind(1, peer).Bind(2, bytes).Execute();
    }

    /// <summary>Removes what is older than it need be; how many.</summary>
    public int Prune(long now) => _prune.Bind(1, DayOf(now) - KeptDays).Execute();

    /// <summary>Every mark, for an export.</summary>
    public IEnumerable<(long Peer, MessageId Id, long Day)> All()
    {
        var result = new List<(long, MessageId, long)>();
        using (var rows = _all.Query())
        {
            while (rows.Next())
                result.Add((rows.Int64(0), StoredIds.ReadMessageId(rows.Blob(1)), rows.Int64(2)));
        }
        return result;
    }
}
