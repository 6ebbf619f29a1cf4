namespace Kith.Transport.Tunnels;

/// <summary>The limits of tunnels (docs/protocol/tunnel.md, "Limits").</summary>
public static class TunnelLimits
{
    // Specification.

    /// <summary>The kind of the one stream that carries datagrams; the session's initiator opens it first.</summary>
    public static readonly StreamKind StreamKind = new(2);

    /// <summary>Bytes before each datagram: its length, big-endian.</summary>
    public const int PrefixSize = sizeof(ushort);

    /// <summary>The longest datagram.</summary>
    public const int MaxDatagram = 1472;

    /// <summary>The port that is tried where a node's own is not reached: that of HTTPS, which hardly any network stops.</summary>
    public const int LastResortPort = 443;

    // Implementation: both ends.

    /// <summary>Datagrams that wait to be sent on one tunnel; of more the newest is dropped.</summary>
    public const int MaxWaiting = 512;

    /// <summary>A tunnel that no datagram came or went on for so long is closed.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(90);

    // Implementation: the node that is called.

    /// <summary>Tunnels that end here.</summary>
    public const int MaxTunnels = 256;

    /// <summary>Of one prefix (/24 of IPv4, /48 of IPv6); not from this machine.</summary>
    public const int MaxPerPrefix = 16;

    /// <summary>Datagrams a second taken from one tunnel; twice as many at once. Beyond it they are dropped.</summary>
    public const int DatagramsPerSecond = 2_000;

    /// <summary>Bytes a second taken from one tunnel; twice as many at once.</summary>
    public const int BytesPerSecond = 2 << 20;

    // Implementation: the node that calls.

    /// <summary>Endpoints that tunnels lead to, opening ones too; the one unused for longest gives way.</summary>
    public const int MaxDestinations = 32;

    /// <summary>Of these, ones that are not named as useful (entry points, introducers, relays).</summary>
    public const int MaxOthers = 16;

    /// <summary>Tunnels being opened at once.</summary>
    public const int MaxOpening = 8;

    /// <summary>Datagrams kept for a tunnel that is being opened; of more the newest goes by UDP.</summary>
    public const int MaxHeld = 16;

    /// <summary>How long an endpoint that could not be reached is left alone.</summary>
    public static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(60);

    /// <summary>Endpoints that could not be reached that are remembered; of more the oldest is forgotten.</summary>
    public const int MaxFailures = 512;

    /// <summary>How long one attempt may take to connect, shake hands and open the stream.</summary>
    public static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(8);

    /// <summary>Between two endpoints that are not named as useful.</summary>
    public static readonly TimeSpan OthersInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>UDP counts as blocked when nothing came for so long …</summary>
    public static readonly TimeSpan SilenceBeforeBlocked = TimeSpan.FromSeconds(6);

    /// <summary>… or only for so long on a network on which nothing has come yet …</summary>
    public static readonly TimeSpan SilenceAtStart = TimeSpan.FromSeconds(1.5);

    /// <summary>… while at least so many datagrams were sent.</summary>
    public const int SendsBeforeBlocked = 3;

    /// <summary>While it counts as blocked, a datagram goes by UDP too so often: where an answer comes, it is blocked no more.</summary>
    public static readonly TimeSpan TrialInterval = TimeSpan.FromSeconds(10);
}
