namespace Kith.Forwarding.Directory;

/// <summary>The limits of finding forwarders through Tor alone (docs/protocol/paths.md, "Through Tor alone"); times are milliseconds. All of it is ours to choose.</summary>
public static class OnionLimits
{
    /// <summary>Entry points that are asked; further ones are left out.</summary>
    public const int MaxEntries = 16;

    /// <summary>Forwarders kept that came through one entry point: of <see cref="MaxEntries"/> each has its share of <see cref="DirectoryLimits.MaxKnown"/>.</summary>
    public const int MaxOfSponsor = DirectoryLimits.MaxKnown / MaxEntries;

    /// <summary>Of those, with an onion address alone.</summary>
    public const int MaxOnionOnlyOfSponsor = DirectoryLimits.MaxOnionOnly / MaxEntries;

    /// <summary>Nodes that are asked, entry points among them; further ones are not named.</summary>
    public const int MaxNeighbours = 64;

    /// <summary>Asked at once: each costs circuits of Tor's.</summary>
    public const int MaxAsking = 3;

    /// <summary>An answer is waited for so long, from the call on.</summary>
    public const long AskPatience = 180_000;

    /// <summary>While few forwarders are known, one that answered is asked again after this, doubling.</summary>
    public const long FirstPause = 5_000;

    /// <summary>The longest pause, and the usual one.</summary>
    public const long LastPause = 10 * 60_000;

    /// <summary>One that did not answer is asked again after this, doubling.</summary>
    public const long FirstRetry = 2_000;

    /// <summary>The longest of these pauses.</summary>
    public const long LastRetry = 2 * 60_000;

    /// <summary>One that was no entry point and did not answer this often is forgotten.</summary>
    public const int Patience = 4;
}
