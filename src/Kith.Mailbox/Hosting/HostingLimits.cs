using Kith.Mailbox.Wire;
using Kith.Transport;

namespace Kith.Mailbox.Hosting;

/// <summary>The limits of sessions to holders and from clients (docs/protocol/mailbox.md, "Limits").</summary>
public static class HostingLimits
{
    // Specification.

    /// <summary>The kind of the one stream that a client opens.</summary>
    public static readonly StreamKind StreamKind = new(5);

    // Implementation: the client.

    /// <summary>Sessions to holders.</summary>
    public const int MaxSessions = 256;

    /// <summary>One in so many of them, at most, is busy with what is passed on for others; of more is said that too much is asked.</summary>
    public const int OthersShare = 2;

    /// <summary>Of those, being made at once for ourselves.</summary>
    public const int MaxDials = 48;

    /// <summary>Being made at once for what is passed on for others.</summary>
    public const int MaxDialsForOthers = 32;

    /// <summary>Requests that wait for one holder; more are answered with nothing at once.</summary>
    public const int MaxWaiting = 512;

    /// <summary>Of those, of one stream or one prefix that they are passed on for; of all without an address twice as many.</summary>
    public const int WaitingOfAsker = MaxWaiting / 4;

    /// <summary>Requests under way with one holder: one place is left for asking whether it is there, and one for saying that news end.</summary>
    public const int Places = WireLimits.MaxUnderWay - 2;

    /// <summary>Of those, passed on for one stream or one prefix; of all without an address twice as many.</summary>
    public const int PlacesOfAsker = WireLimits.MaxUnderWay / 4;

    /// <summary>An answer that is this late, after nobody waits for it any more, ends the session: its place would be lost.</summary>
    public static readonly TimeSpan LateAnswer = TimeSpan.FromSeconds(30);

    /// <summary>How long making a session may take.</summary>
    public static readonly TimeSpan DialPatience = TimeSpan.FromSeconds(3);

    /// <summary>The same through Tor, which may have to start first.</summary>
    public static readonly TimeSpan OnionDialPatience = TimeSpan.FromSeconds(60);

    /// <summary>A session that nothing goes over is closed after this.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    // Implementation: the holder.

    /// <summary>Streams of clients.</summary>
    public const int MaxClients = 256;

    /// <summary>Of those, of one prefix (/24 of IPv4, /48 of IPv6); not on one's own network.</summary>
    public const int MaxClientsPerPrefix = 32;

    /// <summary>Of those, without an address: all who come through Tor.</summary>
    public const int MaxClientsWithoutAddress = 96;

    /// <summary>Bytes of requests that wait for the disk, in all; what is over is answered <see cref="DropCode.Busy"/>.</summary>
    public const int WaitingBytes = 32 << 20;

    /// <summary>Of those, of one client.</summary>
    public const int WaitingBytesOfClient = 8 << 20;

    /// <summary>A request of at most so many bytes is bounded by the number of those that wait alone: together they are 4 MiB.</summary>
    public const int SmallRequest = 1 << 10;

    /// <summary>Bytes of answers that wait for a client; whoever lets more come together is too slow.</summary>
    public const int UnsentBytes = 8 << 20;

    /// <summary>Answers are sent off after so many bytes, so that a slow line shows that it takes them.</summary>
    public const int SentAtOnce = 128 << 10;

    /// <summary>A client's stream on which nothing came for so long, and that watches nothing, is closed.</summary>
    public static readonly TimeSpan ClientIdleTime = TimeSpan.FromMinutes(5);

    /// <summary>A client that takes no answers for so long is closed.</summary>
    public static readonly TimeSpan SlowClient = TimeSpan.FromSeconds(20);
}
