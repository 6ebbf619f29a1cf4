namespace Kith.Mailbox.Client;

/// <summary>What a reader does at a time.</summary>
internal enum ReaderTimerKind
{
    /// <summary>Looks which periods have come and gone.</summary>
    Roll,

    /// <summary>Looks into a box.</summary>
    Look,

    /// <summary>Finds out whether others stand nearer to a box than those who were asked.</summary>
    Nearer,

    /// <summary>Ends a look with what has come.</summary>
    Settle,

    /// <summary>Gives up waiting for a holder.</summary>
    Silent,

    /// <summary>Fetches what a box lists.</summary>
    Fetch,

    /// <summary>Hands on though something before it has not come.</summary>
    HandOn,

    /// <summary>Deletes what is done.</summary>
    Delete,

    /// <summary>Deletes again.</summary>
    DeleteAgain,

    /// <summary>Sweeps on.</summary>
    Sweep,

    /// <summary>Reads other dummies.</summary>
    Dummy,
}

/// <summary>A time at which something is due; looked at again when it has come, since things may have changed.</summary>
/// <param name="Kind">What.</param>
/// <param name="Target">On what.</param>
/// <param name="Stamp">The number of the look it is meant for.</param>
internal readonly record struct ReaderTimer(ReaderTimerKind Kind, object? Target, int Stamp);
