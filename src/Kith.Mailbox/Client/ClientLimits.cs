namespace Kith.Mailbox.Client;

/// <summary>The limits of writing and reading (implementation; docs/protocol/mailbox.md, "Clients"). Times are milliseconds.</summary>
public static class ClientLimits
{
    /// <summary>Bytes of a PUT that goes through several: what a frame of 384 KiB holds, so that it fits with all layers.</summary>
    public const int ChainPutBytes = (256 << 10) - (1 << 10);

    /// <summary>How long a holder may be silent before another is asked too, when nothing is known of it.</summary>
    public const long FirstPatience = 2_000;

    /// <summary>The least of that, however fast its answers were.</summary>
    public const long LeastPatience = 400;

    /// <summary>Bytes a millisecond that the slowest line carries: large requests are waited for longer.</summary>
    public const long SlowLine = 64;

    /// <summary>A holder that failed is asked last for so long, doubling to <see cref="LongestAvoidance"/>.</summary>
    public const long FirstAvoidance = 15_000;

    /// <inheritdoc cref="FirstAvoidance"/>
    public const long LongestAvoidance = 600_000;

    /// <summary>Holders whose manners are remembered.</summary>
    public const int Remembered = 2_048;

    /// <summary>How long holders that were found serve without looking again.</summary>
    public const long FoundFor = 60_000;

    /// <summary>How long looking for holders may take.</summary>
    public const long FindPatience = 6_000;

    /// <summary>Times that holders are looked for while fewer than enough are known.</summary>
    public const int Finds = 3;

    /// <summary>Pause between those.</summary>
    public const long FindPause = 500;

    /// <summary>Bytes of envelopes that wait to be put, in all.</summary>
    public const long WaitingBytes = 64L << 20;

    /// <summary>Rows of boxes that are put into at once; others wait for their turn.</summary>
    public const int PutsAtOnce = 64;

    /// <summary>Batches that go on to the sixth holder when they are stored already, or are remembered so that they can be withdrawn; of more the oldest are forgotten.</summary>
    public const int PutsRemembered = 256;

    /// <summary>Bytes of batches that are stored and go on to the sixth holder; of more the oldest end.</summary>
    public const long BackgroundBytes = 32L << 20;

    /// <summary>Bytes of batches that too few holders took, kept for when the same parcels come again.</summary>
    public const long HalfDoneBytes = 8L << 20;

    /// <summary>A put that has not reached enough holders by then is refused.</summary>
    public const long PutPatience = 15_000;

    /// <summary>How long after it was stored a batch goes on to the sixth holder.</summary>
    public const long BackgroundPatience = 30_000;

    /// <summary>Times that one holder is given the work it wants for one batch.</summary>
    public const int WorkTries = 3;

    /// <summary>Most bits of work that a holder under load gets: more is a refusal.</summary>
    public const int MostLoadWork = 20;

    /// <summary>Numbers that are tried for work in one turn.</summary>
    public const int WorkSlice = 4_096;

    /// <summary>Boxes of a row that are read at most: of 30 days, and those beside.</summary>
    public const int PeriodsRead = 40;

    /// <summary>Requests of reading under way with one holder.</summary>
    public const int ReadsAtOnce = 12;

    /// <summary>Requests of reading that wait, in all.</summary>
    public const int ReadsWaiting = 65_536;

    /// <summary>Holders of a box that are asked to tell news.</summary>
    public const int Watched = 6;

    /// <summary>Of those, that bring the chunks with the news.</summary>
    public const int WatchedWithChunks = 2;

    /// <summary>Boxes that are watched; others are looked into now and then.</summary>
    public const int WatchedBoxes = 256;

    /// <summary>Holders that are asked for news: each keeps a session, and there are <see cref="Hosting.HostingLimits.MaxSessions"/> of them for everything.</summary>
    public const int WatchedHolders = 160;

    /// <summary>How long a chunk that others list is waited for from a holder that brings chunks with its news.</summary>
    public const long NewsPatience = 40;

    /// <summary>Pause between looking into a box that is not watched; drawn between three quarters and five quarters of it.</summary>
    public const long Pause = 240_000;

    /// <summary>Pause between looking into a box that is watched, at all twelve holders.</summary>
    public const long WatchedPause = 600_000;

    /// <summary>Pause after a look that found no holders or reached too few, doubling to <see cref="Pause"/>.</summary>
    public const long FailedPause = 2_000;

    /// <summary>First pause until the holders of a watched box are compared with those that are known by then, doubling up to <see cref="Pause"/>, at which it ends: a node that has just started knows few.</summary>
    public const long NearerPause = 2_000;

    /// <summary>Looks in a row that too few answered for certainty, until a look that some answered counts as one.</summary>
    public const int ThoroughLooks = 4;

    /// <summary>How long lists are waited for before what they said already is handed on, once enough have answered.</summary>
    public const long SettlePatience = 500;

    /// <summary>How long what is here waits for what was written before it.</summary>
    public const long OrderPatience = 1_500;

    /// <summary>How long a look waits for lists in all.</summary>
    public const long LookPatience = 5_000;

    /// <summary>Pause between looking which periods have come and gone.</summary>
    public const long RollPause = 60_000;

    /// <summary>
    /// Bytes of chunks that one request brings: all that may be under way through one who passes on are less than it lets wait for us (<see cref="Hosting.HostingLimits.UnsentBytes"/>), padding included.
    /// </summary>
    public const int ReadBytes = 160 << 10;

    /// <summary>Hashes that are fetched by one request.</summary>
    public const int FetchedAtOnce = 40;

    /// <summary>Entries that one holder may list of one box; further ones are left alone.</summary>
    public const int ListedByOne = 4_096;

    /// <summary>Of so many looks one lists from the beginning.</summary>
    public const int LookFromStart = 4;

    /// <summary>Requests that one list may take: more pages are asked for at the next look.</summary>
    public const int Pages = 256;

    /// <summary>Entries known of one box, whoever lists them.</summary>
    public const int KnownOfBox = 8_192;

    /// <summary>Bytes of fetched chunks that wait to be handed on in order, in all; beyond that they are handed on as they are.</summary>
    public const long FetchedBytes = 32L << 20;

    /// <summary>Unfinished envelopes of a box (specification).</summary>
    public const int Unfinished = 64;

    /// <summary>Envelopes of a row whose hashes are remembered, so that one that was put twice is told once.</summary>
    public const int EnvelopesRemembered = 16_384;

    /// <summary>Wrong or missing chunks of a holder until nothing of what it lists is believed.</summary>
    public const int Lies = 3;

    /// <summary>Chunks that one holder alone lists and then has not, until nothing of what it lists is believed.</summary>
    public const int Ghosts = 64;

    /// <summary>Pause between two steps of the wide sweep, one box each.</summary>
    public const long SweepPause = 60_000;

    /// <summary>The same while the periods next to the present ones are swept because the user asked.</summary>
    public const long NearSweepPause = 1_000;

    /// <summary>How far to either side that goes.</summary>
    public static readonly TimeSpan NearSweep = TimeSpan.FromDays(3);

    /// <summary>Periods before and after the present one that the wide sweep looks into: as long as holders keep, and a week.</summary>
    public static readonly TimeSpan SweepBack = TimeSpan.FromDays(31);

    /// <inheritdoc cref="SweepBack"/>
    public static readonly TimeSpan SweepAhead = TimeSpan.FromDays(7);

    /// <summary>How far clocks may be apart without any delay: so long before and after its period a box is read as the present one is.</summary>
    public static readonly TimeSpan ClockMargin = TimeSpan.FromHours(6);

    /// <summary>How long a row of boxes that nobody writes is read as if it were real; drawn between half and three halves of it, then another takes its place.</summary>
    public const long DummyLife = 3_600_000;

    /// <summary>How long deletes are gathered, so that a row of messages costs holders few writes.</summary>
    public const long DeleteDelay = 1_000;

    /// <summary>Tries to delete a chunk at a holder that does not answer.</summary>
    public const int DeleteTries = 3;

    /// <summary>Pause between those.</summary>
    public const long DeletePause = 20_000;
}
