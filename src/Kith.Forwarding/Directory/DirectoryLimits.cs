namespace Kith.Forwarding.Directory;

/// <summary>The limits of knowing forwarders (docs/protocol/paths.md, "Descriptors"); times are milliseconds.</summary>
public static class DirectoryLimits
{
    // Specification.

    /// <summary>Forwarding keys in a descriptor: this epoch's, and the next one's once it is drawn.</summary>
    public const int MaxKeys = 3;

    /// <summary>IP endpoints in a descriptor: one of each family.</summary>
    public const int MaxEndpoints = 2;

    /// <summary>A descriptor made longer ago is not taken.</summary>
    public const long Lifetime = 3 * 60 * 60_000;

    /// <summary>One made so far ahead of our clock is not taken.</summary>
    public const long MaxAhead = 10 * 60_000;

    /// <summary>Descriptors in one answer to LIST, its maker's own first.</summary>
    public const int MaxListed = 32;

    /// <summary>Keys of the DHT in an epoch, one of which a forwarder announces itself under.</summary>
    public const int Slots = 16;

    // Implementation.

    /// <summary>A forwarder signs anew after this, so that it counts as fresh.</summary>
    public const long RenewAfter = 15 * 60_000;

    /// <summary>Paths are drawn from so many, the newest.</summary>
    public const int View = 100;

    /// <summary>Descriptors kept; of more the oldest go.</summary>
    public const int MaxKnown = 1_000;

    /// <summary>Of those, of one prefix.</summary>
    public const int MaxPerPrefix = 4;

    /// <summary>Of those, with an onion address alone: such addresses cost nothing.</summary>
    public const int MaxOnionOnly = 250;

    /// <summary>How many of the view may stand on one neighbour's word alone.</summary>
    public const int ShareOfNeighbour = 25;

    /// <summary>Neighbours remembered for one forwarder.</summary>
    public const int MaxTellers = 4;

    /// <summary>Neighbours asked for a list at once.</summary>
    public const int MaxAsking = 4;

    /// <summary>Neighbours in distinct prefixes whose lists a view must come from before it counts as wide.</summary>
    public const int WideTellers = 6;

    /// <summary>Places that the DHT named and that wait to be asked.</summary>
    public const int MaxCandidates = 256;

    /// <summary>Looks that find nobody before neighbours on the overlay are asked.</summary>
    public const int VainLooks = 4;

    /// <summary>Neighbours on the overlay that are kept for that.</summary>
    public const int MaxNeighbours = 32;

    /// <summary>Keys of the DHT that are looked under at once while the view is not wide.</summary>
    public const int SlotsAtOnce = 4;

    /// <summary>The first pause between two looks; then twice as long each time, while nothing new comes.</summary>
    public const long FirstLook = 1_000;

    /// <summary>The longest pause between two looks.</summary>
    public const long LastLook = 10 * 60_000;

    /// <summary>How long a list is waited for.</summary>
    public const long AskPatience = 5_000;

    /// <summary>A neighbour is asked again after this at the earliest.</summary>
    public const long AskAgain = 5 * 60_000;

    /// <summary>While the view is not wide it is asked again after this; after twice as long for every <see cref="WideTellers"/> answers in a row that named nobody new, <see cref="AskAgain"/> at most.</summary>
    public const long AskSoon = 15_000;

    /// <summary>See <see cref="AskSoon"/>.</summary>
    public const int MaxAskDoublings = 5;

    /// <summary>With fewer forwarders than this there is a look at least every <see cref="FewLook"/>.</summary>
    public const int Few = 20;

    /// <summary>See <see cref="Few"/>.</summary>
    public const long FewLook = 15_000;

    /// <summary>One that did not answer is asked again after this.</summary>
    public const long AskFailed = 2 * 60_000;

    /// <summary>The DHT is told anew after this: its nodes keep a value for half an hour.</summary>
    public const long AnnouncementPeriod = 15 * 60_000;

    /// <summary>An announcement that nobody took is made again after this, doubling.</summary>
    public const long FirstAnnouncement = 1_000;

    /// <summary>Lists given to one neighbour: one in this time, milliseconds.</summary>
    public const long ListPause = 1_000;
}
