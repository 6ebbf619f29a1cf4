namespace Kith.Overlay.Dht.Searches;

/// <summary>How wide a search goes (docs/protocol/dht.md says why).</summary>
internal static class SearchLimits
{
    /// <summary>Disjoint paths: each node is asked on one of them only, so that a liar spoils one.</summary>
    public const int Paths = 4;

    /// <summary>Queries under way on one path, stalled ones left out.</summary>
    public const int Parallel = 2;

    /// <summary>Each path goes on until so many of its closest nodes have answered, whatever the others have found.</summary>
    public const int PathWidth = 2;

    /// <summary>The closest nodes that are in charge of a key, at least (BEP 5: k).</summary>
    public const int Region = 8;

    /// <summary>Most nodes that are taken to be in charge of a key, however many stand near it.</summary>
    public const int MaxRegion = 40;

    /// <summary>Nodes that a search keeps in mind for each family.</summary>
    public const int MaxCandidates = 128;

    /// <summary>Those of one path, so that no path crowds out the others.</summary>
    public const int MaxOnPath = 40;

    /// <summary>Nodes of one prefix (/24, /48) in one search: with three, a third of the prefixes eclipsed a key in simulations.</summary>
    public const int MaxPerPrefix = 1;

    /// <summary>Searches under way at once; more wait.</summary>
    public const int MaxActive = 64;

    /// <summary>Searches that wait; more end at once and have found nothing.</summary>
    public const int MaxWaiting = 4096;
}
