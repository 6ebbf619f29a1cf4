using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>What a node chooses for its connections.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>What everybody uses who does not choose.</summary>
    public static ConnectionOptions Default { get; } = new();

    /// <summary>Nothing is silent for longer than this: before a NAT forgets it. Less where the mappings are short.</summary>
    public TimeSpan KeepAlive { get; init; } = SessionLimits.KeepAliveInterval;

    /// <summary>A connection without an authentic packet for this long is dead.</summary>
    public TimeSpan IdleTimeout { get; init; } = SessionLimits.DeadAfter;

    /// <summary>A dial without an answer ends this long after its first candidate, or after the last that was added.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = Handshake.HandshakeLimits.Timeout;

    /// <summary>What the other side allows itself in all at first, bytes; it grows to <see cref="MaxSessionWindow"/>.</summary>
    public int SessionWindow { get; init; } = SessionLimits.SessionWindow;

    /// <summary>The same for each stream, bytes; it grows to <see cref="MaxStreamWindow"/>.</summary>
    public int StreamWindow { get; init; } = SessionLimits.StreamWindow;

    /// <summary>The greatest window of a connection, bytes.</summary>
    public int MaxSessionWindow { get; init; } = 12 * 1024 * 1024;

    /// <summary>The greatest window of a stream, bytes.</summary>
    public int MaxStreamWindow { get; init; } = 8 * 1024 * 1024;

    /// <summary>Streams that the other side may have open at once.</summary>
    public int MaxStreams { get; init; } = SessionLimits.MaxStreams;

    /// <summary>The largest datagram that this side takes, bytes.</summary>
    public int MaxDatagram { get; init; } = ConnectionLimits.MaxDatagram;

    /// <summary>The largest datagram that may go to an endpoint, before it is known what passes: less on virtual paths. Bytes.</summary>
    public Func<Endpoint, int> DatagramLimit { get; init; } = static _ => ConnectionLimits.MaxDatagram;

    /// <summary>Handshakes that others begin, under way at once.</summary>
    public int MaxPending { get; init; } = 256;

    /// <summary>Of those, from one address.</summary>
    public int MaxPendingPerAddress { get; init; } = 16;

    /// <summary>Connections that others began, at once.</summary>
    public int MaxSessions { get; init; } = 2_048;

    /// <summary>Of those, from one address.</summary>
    public int MaxSessionsPerAddress { get; init; } = Handshake.HandshakeLimits.MaxSessionsPerAddress;

    /// <summary>From this many handshakes under way on a cookie is asked for before anything is computed.</summary>
    public int CookiePending { get; init; } = 32;

    /// <summary>From this many Initials in a second on, too.</summary>
    public int CookieRate { get; init; } = 100;
}
