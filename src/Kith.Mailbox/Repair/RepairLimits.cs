namespace Kith.Mailbox.Repair;

/// <summary>What repair may cost (implementation; docs/protocol/mailbox.md lists it). Times are milliseconds.</summary>
internal static class RepairLimits
{
    /// <summary>Boxes looked after at once; further ones wait their turn.</summary>
    public const int Looks = 8;

    /// <summary>Between the beginnings of two looks: fifty a second.</summary>
    public const long LookPeriod = 20;

    /// <summary>Entries of a box audited at one look.</summary>
    public const int Entries = 256;

    /// <summary>Of those, how many digests are checked: each costs reading a chunk from the disk.</summary>
    public const int Checked = 8;

    /// <summary>How many while room is wanted, of a copy that may give way: only what was checked does.</summary>
    public const int CheckedForRoom = 64;

    /// <summary>Bytes of chunks in one PUT.</summary>
    public const int PutBytes = 256 << 10;

    /// <summary>Chunks given away that are remembered of a box.</summary>
    public const int Given = 1_024;

    /// <summary>Boxes read from the store at once after the start.</summary>
    public const int Loaded = 512;

    /// <summary>Before boxes of the last run are read once more when the disk failed.</summary>
    public const long DiskPause = 60_000;

    /// <summary>How long a holder is not asked again to take what it refused into a box.</summary>
    public const long Refused = 60 * 60_000;

    /// <summary>Bits of work done for a PUT to a holder under load: a quarter of a million tries in the mean, some 50 ms.</summary>
    public const int MostWork = 18;

    /// <summary>Tries of it at once: some 4 ms.</summary>
    public const int WorkTries = 20_000;

    /// <summary>Works that wait; with more of them, whoever wants one is asked later.</summary>
    public const int Works = 64;

    /// <summary>Times that a holder is brought work for one PUT.</summary>
    public const int WorkTimes = 2;

    /// <summary>Copies remembered that may give way.</summary>
    public const int Surplus = 4_096;

    /// <summary>How long a proof says that a copy may give way.</summary>
    public const long Proved = 10 * 60_000;

    /// <summary>How long such copies are looked for after room was wanted, and the pause before all boxes are gone through for it again.</summary>
    public const long RoomWanted = 10 * 60_000;

    /// <summary>Boxes looked at at once for it.</summary>
    public const int Sought = 1_024;

    /// <summary>Holders that are watched because they follow this one in a box.</summary>
    public const int Followers = 32;

    /// <summary>Between two times that one of them is asked whether it is there; longer when there are more than five.</summary>
    public const long FollowerPause = 5_000;

    /// <summary>Between two times that any of them is asked.</summary>
    public const long FollowerPeriod = 1_000;

    /// <summary>How long one is watched that was not found following again: longer than a box goes without a look.</summary>
    public const long FollowerLifetime = 2 * 60 * 60_000;

    /// <summary>How long all holders of a box are watched in which something was wrong.</summary>
    public const long WaryLifetime = 2 * 60_000;

    /// <summary>How long a follower may take to answer.</summary>
    public static readonly TimeSpan FollowerPatience = TimeSpan.FromSeconds(2.5);

    /// <summary>How long an audit may take, and how much longer for each entry: every chunk is read for it.</summary>
    public static readonly TimeSpan AuditPatience = TimeSpan.FromSeconds(3);

    /// <inheritdoc cref="AuditPatience"/>
    public static readonly TimeSpan EntryPatience = TimeSpan.FromMilliseconds(20);

    /// <summary>Between two boxes that are looked at because one holder is gone: so one with many that is back in a minute has not brought about copies of them all.</summary>
    public const long GonePeriod = 50;

    /// <summary>Holders remembered as gone, so that one that comes and goes does not bring about looks each time.</summary>
    public const int Gone = 256;

    /// <summary>How long.</summary>
    public const long GoneFor = 60_000;
}
