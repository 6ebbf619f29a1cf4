namespace Kith.Transport.Connections;

/// <summary>The limits of sessions over datagrams; docs/protocol/udp.md lists them. What they share with other carriers is in <see cref="SessionLimits"/>.</summary>
internal static class ConnectionLimits
{
    // Specification.

    /// <summary>The version of the packets.</summary>
    public const byte Version = 1;

    /// <summary>A connection id, bytes.</summary>
    public const int IdSize = 8;

    /// <summary>A stateless reset's token, bytes (RFC 9000 section 10.3).</summary>
    public const int ResetTokenSize = 16;

    /// <summary>A datagram with an Initial, or that probes a path, has at least this many bytes (RFC 9000 sections 8.1, 8.2.1, 14.1).</summary>
    public const int MinInitialDatagram = 1200;

    /// <summary>A UDP datagram with a DATAGRAM has exactly this many bytes, so that nobody can tell one from another by its size; every path takes it.</summary>
    public const int UniformDatagram = 1200;

    /// <summary>The tag at the end of a packet, bytes.</summary>
    public const int TagSize = 16;

    /// <summary>The data of PATH_CHALLENGE, bytes.</summary>
    public const int ChallengeSize = 8;

    /// <summary>An ACK's delay is in units of 2^3 microseconds (RFC 9000 section 18.2, the default exponent).</summary>
    public const int AckDelayExponent = 3;

    /// <summary>A side acknowledges within this (RFC 9000 section 18.2, the default).</summary>
    public static readonly TimeSpan MaxAckDelay = TimeSpan.FromMilliseconds(25);

    /// <summary>Packets sealed under one key; then the sender turns the key phase (RFC 9001 section 6.6 sets no limit below 2^62 for ChaCha20-Poly1305).</summary>
    public const long PacketsPerKey = 1L << 23;

    /// <summary>A key serves this long at most.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(1);

    /// <summary>Packets that are not authentic before a connection is given up (RFC 9001 section 6.6).</summary>
    public const long IntegrityLimit = 1L << 36;

    // Implementation.

    /// <summary>The largest datagram that is sent or taken, bytes: on loopback and other networks with room.</summary>
    public const int MaxDatagram = 16 * 1024;

    /// <summary>Connection ids that the other side may hold of ours.</summary>
    public const int ActiveIds = 4;

    /// <summary>Endpoints that one dial sends its Initials to.</summary>
    public const int MaxCandidates = 32;

    /// <summary>Paths that a connection knows at once; the least useful one makes room.</summary>
    public const int MaxPaths = 16;

    /// <summary>PATH_RESPONSEs that wait; further challenges are not answered.</summary>
    public const int MaxPendingResponses = 8;

    /// <summary>Gaps in what was received on a stream; one with more ends the connection.</summary>
    public const int MaxStreamGaps = 4096;

    /// <summary>RETIRE_CONNECTION_IDs that wait to be sent; a peer that makes more necessary ends the connection.</summary>
    public const int MaxPendingRetirements = 16;

    /// <summary>Responses and finals that did not verify before a handshake ignores further ones.</summary>
    public const int MaxForgedMessages = 64;

    /// <summary>The first wait before an Initial goes to a candidate again; then twice as long each time.</summary>
    public static readonly TimeSpan FirstResend = TimeSpan.FromMilliseconds(150);

    /// <summary>The longest wait before an Initial goes out again.</summary>
    public static readonly TimeSpan LongestResend = TimeSpan.FromSeconds(5);

    /// <summary>A dial that every candidate refused ends after this: others may be tried meanwhile.</summary>
    public static readonly TimeSpan RefusedGrace = TimeSpan.FromSeconds(1);

    /// <summary>A path that does not answer its challenges for this long is given up.</summary>
    public static readonly TimeSpan ValidationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The first wait before a challenge is sent again; then half as much longer each time, to <see cref="LongestChallengeWait"/>.</summary>
    public static readonly TimeSpan FirstChallengeWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two challenges of a path.</summary>
    public static readonly TimeSpan LongestChallengeWait = TimeSpan.FromSeconds(1);

    /// <summary>Challenges answered by the other side that are sent on after the first one arrived, so that it sees the path too.</summary>
    public const int ChallengesAfterFirst = 3;
}
