namespace Kith.Mailbox.Holding;

/// <summary>The limits of keeping boxes for others (implementation; docs/protocol/mailbox.md, "Limits").</summary>
public static class HoldingLimits
{
    /// <summary>Entries of a box.</summary>
    public const int BoxEntries = 4_096;

    /// <summary>Bytes of a box's chunks.</summary>
    public const long BoxBytes = 16L << 20;

    /// <summary>Tombstones of a box: as many as it may have entries, four times over.</summary>
    public const int BoxTombstones = 4 * BoxEntries;

    /// <summary>Bytes of room that a tombstone takes.</summary>
    public const int TombstoneBytes = 256;

    /// <summary>Shares of the room, of which one prefix may take one.</summary>
    public const int PrefixShares = 8;

    /// <summary>What one prefix may take at least, bytes.</summary>
    public const long LeastPrefixShare = 8L << 20;

    /// <summary>Bytes of changes that are committed together at most: a batch with more is committed in parts, so that memory and the log stay small.</summary>
    public const int BatchBytes = 8 << 20;

    /// <summary>Expired entries removed at once.</summary>
    public const int ExpiredAtOnce = 256;

    /// <summary>Between two looks for what has expired, milliseconds.</summary>
    public const long ExpiryPause = 60_000;

    /// <summary>Boxes that clients wait for news of, in all; further READs are answered <see cref="Wire.DropCode.Busy"/>.</summary>
    public const int Watches = 65_536;

    /// <summary>Of those, of one client.</summary>
    public const int WatchesOfClient = 4_096;

    /// <summary>A wall clock that jumps ahead by no more is believed at once, milliseconds.</summary>
    public const long ClockStep = 2 * 3_600_000;

    /// <summary>One that jumps ahead by more is believed when it has said so for so long, milliseconds of running: until then nothing expires by it.</summary>
    public const long ClockDoubt = 24 * 3_600_000;

    /// <summary>How often the time that is believed is written down for the next run, milliseconds; less than <see cref="ClockStep"/>, so that a restart raises no doubt.</summary>
    public const long ClockNoted = 3_600_000;

    /// <summary>Surplus copies that give way for one entry at most.</summary>
    public const int GivenUpAtOnce = 16;

    /// <summary>How long after a failed commit no room is offered in WELCOME, milliseconds.</summary>
    public const long DiskPause = 60_000;

    /// <summary>PUTs in a second beyond which work is wanted of those that are not on one's own network.</summary>
    public const int QuietPuts = 64;

    /// <summary>Bits of work wanted first; one more with each doubling.</summary>
    public const int FirstLoadWork = 12;

    /// <summary>Most bits of work wanted: who is asked for more goes elsewhere.</summary>
    public const int MostLoadWork = 20;

    /// <summary>Challenges of one client that are good at the same time; of more the oldest are forgotten.</summary>
    public const int Challenges = 32;

    /// <summary>Those of one client that passes on: many others have theirs by its stream, and nobody among them must be able to make the others' void while they work.</summary>
    public const int ChallengesOfPasser = 1_024;
}
