namespace Kith.Overlay.Entry;

/// <summary>Limits of the ways in (docs/protocol/entry.md). Times in milliseconds.</summary>
public static class EntryLimits
{
    /// <summary>Nodes remembered from run to run.</summary>
    public const int MaxRemembered = 32;

    /// <summary>Nodes remembered of one address that is not on loopback.</summary>
    public const int MaxRememberedPerAddress = 2;

    /// <summary>Entry points that a user names; more are left out.</summary>
    public const int MaxNamed = 16;

    /// <summary>Addresses of contacts held at a time; a new one takes the oldest one's place.</summary>
    public const int MaxContacts = 64;

    /// <summary>Nodes of the local network held at a time; a new one takes the oldest one's place.</summary>
    public const int MaxLocal = 64;

    /// <summary>Dynamic DNS names; more are left out.</summary>
    public const int MaxDynamicNames = 4;

    /// <summary>Addresses asked of one name.</summary>
    public const int MaxAddressesPerName = 8;

    /// <summary>Between the first questions to two remembered nodes, and to two contacts' addresses.</summary>
    public const long Stagger = 20;

    /// <summary>How much later than the others mainline's routers come: most starts need them not.</summary>
    public const long MainlineDelay = 250;

    /// <summary>How long a name may take to resolve.</summary>
    public const long ResolveTimeout = 8_000;

    /// <summary>The first wait before an entry point that failed is tried again; doubled each time.</summary>
    public const long FirstRetry = 2_000;

    /// <summary>The longest such wait while there are no peers.</summary>
    public const long LongestRetry = 60_000;

    /// <summary>The wait while there are peers: only for named entry points, dynamic DNS and mainline, so that an island finds the mainland again.</summary>
    public const long RetryWithPeers = 600_000;

    /// <summary>How far each wait strays from its value to either side, so that many nodes do not call in step.</summary>
    public const int JitterPercent = 25;

    /// <summary>When an entry point is asked: after so many milliseconds of its turn. It failed when the last has passed.</summary>
    internal static ReadOnlySpan<long> AskTimes => [0, 250, 750, 2_000];
}
