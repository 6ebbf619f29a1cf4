namespace Kith.Transport.Tor;

/// <summary>Limits of what we do with Tor; docs/protocol/tor.md lists them. All of it is ours to choose.</summary>
public static class TorLimits
{
    /// <summary>Bridges that can be set.</summary>
    public const int MaxBridges = 32;

    /// <summary>The longest bridge line, characters.</summary>
    public const int MaxBridgeLine = 1024;

    /// <summary>Onion services of one node: eight for contacts, one for who uses its links, and one for strangers' nodes.</summary>
    public const int MaxServices = 10;

    /// <summary>Client keys of one onion service: with more its descriptor would pass the 50,000 bytes that directories take (rend-spec-v3, section 2.4).</summary>
    public const int MaxClients = 160;

    /// <summary>Keys for services of others.</summary>
    public const int MaxClientKeys = 4096;

    /// <summary>How long Tor may take to open its control port.</summary>
    public static readonly TimeSpan ControlPortTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long Tor may take to say whether it takes a bridge's line.</summary>
    public static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Tor is asked so often whether it is there.</summary>
    public static readonly TimeSpan AliveInterval = TimeSpan.FromSeconds(30);

    /// <summary>While Tor starts without progress for so long, it is said that it may be blocked.</summary>
    public static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(45);

    /// <summary>A tor that ran so long was a good one: the next start is tried soon again.</summary>
    public static readonly TimeSpan GoodRun = TimeSpan.FromSeconds(60);

    /// <summary>The first wait before Tor is started again; it doubles up to <see cref="LastRetry"/>.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before Tor is started again.</summary>
    public static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(60);

    /// <summary>A service's clients are changed at most this often: each time it is published anew.</summary>
    public static readonly TimeSpan RepublishInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a tor of ours may take to end before it is killed.</summary>
    public static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Tor is made to forget what it did not find at most this often. Of itself it would not look again for 15 minutes.</summary>
    public static readonly TimeSpan LookAgainInterval = TimeSpan.FromMinutes(2);

    /// <summary>The first few times it is made to forget after this already: a service that was just published, or that has just let us in, is found at the second call. Longer than Tor's own 10 s: what it puts off makes it forget keys that it was told meanwhile.</summary>
    public static readonly TimeSpan LookAgainSoon = TimeSpan.FromSeconds(12);

    /// <summary>How many times those are, until nothing was missed for <see cref="LookAgainInterval"/>.</summary>
    public const int LooksAtFirst = 4;

    /// <summary>How long a call waits for Tor to be ready.</summary>
    public static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long a call waits until it is made once more, beside itself, with what Tor knew of the service forgotten.</summary>
    public static readonly TimeSpan AskAnewAfter = TimeSpan.FromSeconds(20);

    /// <summary>How long Tor may take to reach an onion service, from when it is ready.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(90);
}
