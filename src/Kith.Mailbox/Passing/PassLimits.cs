namespace Kith.Mailbox.Passing;

/// <summary>The limits of passing on (implementation; docs/protocol/mailbox.md, "Limits").</summary>
public static class PassLimits
{
    // Who passes on.

    /// <summary>Bytes of requests that are being passed on, in all; what is over is answered <see cref="Wire.DropCode.Busy"/>, as with each of the limits below.</summary>
    public const long BytesUnderWay = 32L << 20;

    /// <summary>Of those, of one asker.</summary>
    public const long BytesOfAsker = 8L << 20;

    /// <summary>Passes that wait for news, in all.</summary>
    public const int Standing = 16_384;

    /// <summary>Of those, of one asker.</summary>
    public const int StandingOfAsker = 2_048;

    /// <summary>Of those, of one prefix; not on one's own network.</summary>
    public const int StandingOfPrefix = 4_096;

    /// <summary>A pass that waits for news ends after this; who asks begins another.</summary>
    public static readonly TimeSpan StandingTime = TimeSpan.FromHours(6);

    /// <summary>Passes a second from one prefix in the mean, and at once; not on one's own network.</summary>
    public const int Rate = 64;

    /// <inheritdoc cref="Rate"/>
    public const int Burst = 1_024;

    /// <summary>Bytes a second from one prefix in the mean, both ways together, and at once; not on one's own network.</summary>
    public const long ByteRate = 1L << 20;

    /// <inheritdoc cref="ByteRate"/>
    public const long ByteBurst = 32L << 20;

    /// <summary>Prefixes that are counted; of more those go first that have asked for nothing for longest.</summary>
    public const int Prefixes = 4_096;

    /// <summary>Holders that are being looked for because somebody asks for what passes to them.</summary>
    public const int Looks = 32;

    /// <summary>Of those, for askers of one prefix; not on one's own network. Who finds none is asked through another passer, and at last straight: nobody may bring that about for others.</summary>
    public const int LooksOfPrefix = 16;

    /// <summary>How long the holder may take.</summary>
    public static readonly TimeSpan HolderPatience = TimeSpan.FromSeconds(5);

    /// <summary>What a layer adds to what is in it before it is padded, at most: a frame's head, its number, where it goes, a seal.</summary>
    public const int LayerSize = 160;

    // Who asks.

    /// <summary>Nodes that a request of somebody goes through who must not be seen.</summary>
    public const int Passers = 3;

    /// <summary>Of those at most, so that what is long still fits with all layers.</summary>
    public const int MostPassers = 5;

    /// <summary>Nodes that see our address where a request goes through several: the first of the order.</summary>
    public const int Guards = 3;

    /// <summary>A guard that has not been there for so long, while others were, is given up for another, milliseconds; what has no guard waits.</summary>
    public const long GuardGone = 60 * 60_000;

    /// <summary>Requests through a guard after which it shows whether it is of use; from twice as many on what was is halved, so that it counts less than what is.</summary>
    public const int GuardTrials = 50;

    /// <summary>A guard is useless while fewer than so many of a hundred of these come to anything, though <see cref="OthersCarry"/> do through the others.</summary>
    public const int GuardCarries = 30;

    /// <inheritdoc cref="GuardCarries"/>
    public const int OthersCarry = 50;

    /// <summary>A guard that is useless for so long is given up for another, milliseconds.</summary>
    public const long GuardUseless = 24 * 60 * 60_000;

    /// <summary>So many at most are given up for that in the time of one order: whoever spoils what goes through a guard must not move us on as they like.</summary>
    public const int MostUseless = 3;

    /// <summary>Longer than so long we hear of somebody while we are there: a longer time without any answer counts for no guard's absence, milliseconds.</summary>
    public const long Silence = 30 * 60_000;

    /// <summary>Where none of the guards of an earlier run was had for so long, though others answer, they are given up together: they are of another network, milliseconds.</summary>
    public const long KeptGuardsGone = 60_000;

    /// <summary>A guard that failed is left alone for so long, then for twice as long each time, milliseconds.</summary>
    public const long FirstGuardRest = 1_000;

    /// <summary>The longest of these.</summary>
    public const long LastGuardRest = 60_000;

    /// <summary>Between two looks which period it is, milliseconds.</summary>
    public const long PeriodPause = 60_000;

    /// <summary>What goes through several is raised by up to so many steps of length less one, drawn for each box and holder: its length tells less of how many there are behind whoever passes it on.</summary>
    public const int Raises = 4;

    /// <summary>An order of those who pass on is kept so long, over starts, milliseconds.</summary>
    public const long OrderPeriod = 60L * 24 * 60 * 60_000;

    /// <summary>Holders among which those are that a box's requests go through: the first in an order of our own.</summary>
    public const int Chosen = 8;

    /// <summary>Where fewer than so many others are known, nothing is passed on: asking straight tells as much.</summary>
    public const int Fewest = 4;

    /// <summary>How long after the start, or on another network, a request waits until enough others are known, milliseconds; and for a holder's key at any time.</summary>
    public const long StartPatience = 3_000;

    /// <summary>Between two looks whether they are.</summary>
    public const long HeldPause = 100;

    /// <summary>Nodes that one request is tried through.</summary>
    public const int Tries = 3;

    /// <summary>Of those, that must say that the holder does not answer, or is none, until that is believed.</summary>
    public const int Witnesses = 2;

    /// <summary>The least time after which a request is tried through another one too, milliseconds.</summary>
    public const long LeastPatience = 1_000;

    /// <summary>How long one pass may take in all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>The same through Tor.</summary>
    public static readonly TimeSpan OnionPatience = TimeSpan.FromSeconds(20);

    /// <summary>As <see cref="LeastPatience"/>, through Tor.</summary>
    public const long LeastOnionPatience = 4_000;

    /// <summary>Boxes whose holders are remembered, so that none of them passes on.</summary>
    public const int Boxes = 8_192;
}
