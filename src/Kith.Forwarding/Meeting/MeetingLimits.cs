namespace Kith.Forwarding.Meeting;

/// <summary>The limits of meeting points (docs/protocol/paths.md); times are milliseconds.</summary>
public static class MeetingLimits
{
    // Specification.

    /// <summary>Meeting points that a person keeps for each contact.</summary>
    public const int Points = 3;

    /// <summary>Reply blocks that wait at a handle; of more the oldest goes.</summary>
    public const int MaxStock = 64;

    /// <summary>The longest service frame on a stream, bytes: a list of the most descriptors.</summary>
    public const int MaxFrame = 16 * 1024;

    // Implementation: who serves.

    /// <summary>Sessions that have handles here.</summary>
    public const int MaxSessions = 1_024;

    /// <summary>Handles of one session: one for each contact, and one that answers come by.</summary>
    public const int MaxHandlesOfSession = 1_024;

    /// <summary>Handles in all.</summary>
    public const int MaxHandles = 32_768;

    /// <summary>Of those, that began over sessions of one prefix, or through Tor: strangers of one place must not take all of it.</summary>
    public const int MaxHandlesOfSource = MaxHandles / 8;

    /// <summary>Reply blocks in all: some 10 MiB.</summary>
    public const int MaxBlocks = 32_768;

    /// <summary>Of those, that came over sessions of one prefix, or through Tor: strangers of one place must not take all of it.</summary>
    public const int MaxBlocksOfSource = MaxBlocks / 8;

    /// <summary>What has come for a handle whose stock is used up waits so long for more.</summary>
    public const long HoldTime = 3_000;

    /// <summary>While more reply blocks than this lie at a handle each packet takes two of them: one in four leads over somebody who is gone, where nodes come and go.</summary>
    public const int SpareStock = BusyStock / 2;

    /// <summary>So many packets wait for one handle.</summary>
    public const int MaxHeldOfHandle = 32;

    /// <summary>And so many in all.</summary>
    public const int MaxHeld = 4_096;

    /// <summary>A handle with a stock that nothing was left at or came to for so long is forgotten.</summary>
    public const long HandleLifetime = 36 * 60 * 60_000;

    /// <summary>One without a stock or a session, for which nothing waits, is forgotten after this.</summary>
    public const long EmptyLifetime = 60_000;

    // Implementation: whoever is met.

    /// <summary>Sessions by which answers and packets come to us.</summary>
    public const int Guards = 3;

    /// <summary>The first pause before a session to a guard is made again; then twice as long each time.</summary>
    public const long FirstReconnect = 500;

    /// <summary>The longest of these pauses.</summary>
    public const long LastReconnect = 10_000;

    /// <summary>A guard that could not be had for so long is given up for another.</summary>
    public const long GuardPatience = 10 * 60_000;

    /// <summary>One of an earlier run that could not be had for so long after others were found again is given up too.</summary>
    public const long RestoredPatience = 30_000;

    /// <summary>Handles given up that no way was found yet to say it; further ones are forgotten by themselves where they are.</summary>
    public const int MaxGivenUp = 256;

    /// <summary>Between throwing away what an earlier run laid at a handle and laying more: packets overtake each other.</summary>
    public const long ClearTime = 500;

    /// <summary>The stock at a handle that nothing comes to.</summary>
    public const int IdleStock = 8;

    /// <summary>The stock at a handle that is in use.</summary>
    public const int BusyStock = 48;

    /// <summary>Packets of ours that wait to leave; then no stock is topped up.</summary>
    public const int MaxQueued = 4_096;

    /// <summary>A handle is in use for so long after something came to it.</summary>
    public const long BusyTime = 60_000;

    /// <summary>A meeting point is tried by a packet to ourselves after this, while it is in use.</summary>
    public const long BusyProbe = 1_000;

    /// <summary>And after this while it is not.</summary>
    public const long IdleProbe = 5 * 60_000;

    /// <summary>How long such a packet may take while it is not known how long they take.</summary>
    public const long ProbePatience = 1_500;

    /// <summary>The same where our own links go through Tor, of which two are on its way.</summary>
    public const long OnionProbePatience = 10_000;

    /// <summary>The least that it is waited for.</summary>
    public const long LeastProbePatience = 500;

    /// <summary>The most.</summary>
    public const long MostProbePatience = 10_000;

    /// <summary>Packets to ourselves whose time is remembered: one that comes late tells how long they take.</summary>
    public const int MaxProbes = 64;

    /// <summary>So many lost one after the other, and the stock there is laid anew: a small one, until something comes by it.</summary>
    public const int ProbesToRestock = 2;

    /// <summary>So many, and another node takes its place.</summary>
    public const int ProbesToReplace = 6;

    /// <summary>And not before nothing has come by it for so long: whoever was killed and is started again is there before.</summary>
    public const long ReplacePatience = 10_000;

    /// <summary>Stocks are laid anew when an epoch has begun, within this time: not everybody at once.</summary>
    public const long RenewalSpread = 60 * 60_000;
}
