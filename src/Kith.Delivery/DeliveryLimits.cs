namespace Kith.Delivery;

/// <summary>The limits of delivery; docs/protocol/delivery.md lists them. All are ours to choose: the other side relies on none.</summary>
public static class DeliveryLimits
{
    /// <summary>Items of one peer in memory; the others stay on disk.</summary>
    public const int WindowItems = 4096;

    /// <summary>Bytes of envelopes of one peer in memory; a single larger one is taken.</summary>
    public const int WindowBytes = 8 << 20;

    /// <summary>Bytes of envelopes of all peers in memory; beyond it each peer has one chunk.</summary>
    public const long TotalBytes = 64L << 20;

    /// <summary>Items read from the store at once.</summary>
    public const int LoadChunk = 256;

    /// <summary>Envelopes handed to a route at once.</summary>
    public const int SendBatch = 128;

    /// <summary>Overdue items of one peer sent again at once.</summary>
    public const int ResendBatch = 64;

    /// <summary>An item is sent again on a living route no sooner than this, milliseconds: a receiver may be busy, and a stream loses nothing while it lives.</summary>
    public const long MinTimeout = 5_000;

    /// <summary>The longest pause between two attempts, milliseconds.</summary>
    public const long MaxTimeout = 300_000;

    /// <summary>After a route took less than all and did not say that there is room again, milliseconds.</summary>
    public const long RefusedRetry = 1_000;

    /// <summary>How long the report of what was transmitted may wait for a batch of work to join, milliseconds: a receipt usually makes it needless.</summary>
    public const long ReportDelay = 50;

    /// <summary>What may take any route waits so long for a session before it is left with holders, milliseconds: from when it was written, and from when the session was lost.</summary>
    public const long DropGrace = 2_000;

    /// <summary>What holders have is left with them anew after this, milliseconds; twice as long each further time.</summary>
    public const long FirstDropAgain = 3L * 24 * 60 * 60 * 1000;

    /// <summary>The longest pause before it is left anew, milliseconds: holders forget it after 30 days.</summary>
    public const long LastDropAgain = 24L * 24 * 60 * 60 * 1000;

    /// <summary>Items of one peer on their way to holders.</summary>
    public const int DropItems = 512;

    /// <summary>Bytes of their envelopes; a single larger one is taken.</summary>
    public const int DropBytes = 4 << 20;

    /// <summary>After holders could not be had, milliseconds; doubled each time, up to <see cref="LongestDropRetry"/>.</summary>
    public const long DropRetry = 5_000;

    /// <summary>A clock that goes back by more was set: all that was planned by it is planned anew, milliseconds.</summary>
    public const long ClockStep = 10_000;

    /// <summary>The longest pause after holders could not be had, milliseconds: whoever comes into a network again does not wait longer.</summary>
    public const long LongestDropRetry = 60_000;
}
