namespace Kith.Overlay.Nat;

/// <summary>The limits of observing a NAT (docs/protocol/nat.md); times are milliseconds.</summary>
public static class NatLimits
{
    // Specification.

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceSize = 8;

    /// <summary>The longest datagram of this protocol.</summary>
    public const int MaxDatagram = 160;

    /// <summary>Probes that one third party sends to one address …</summary>
    public const int ProbesPerTarget = 4;

    /// <summary>… in so long.</summary>
    public const long TargetPeriod = 60_000;

    /// <summary>Targets remembered; beyond them nobody is probed.</summary>
    public const int MaxTargets = 512;

    /// <summary>Probes that one server can make a third party send, at once …</summary>
    public const double OrderBurst = 8;

    /// <summary>… and a second.</summary>
    public const double OrdersPerSecond = 0.1;

    /// <summary>The lowest port that is probed (RFC 6335 section 6).</summary>
    public const int MinPort = 1024;

    // Implementation.

    /// <summary>Requests answered, of all and at once.</summary>
    public const double ServeBurst = 100;

    /// <summary>Requests answered a second, of all.</summary>
    public const double ServesPerSecond = 50;

    /// <summary>Requests of one prefix answered at once.</summary>
    public const double PrefixBurst = 32;

    /// <summary>Requests of one prefix answered a second.</summary>
    public const double PrefixPerSecond = 4;

    /// <summary>Prefixes and servers counted; of more the counting begins anew.</summary>
    public const int MaxCounted = 256;

    /// <summary>Third parties asked, a second and of all askers.</summary>
    public const double ThirdsPerSecond = 4;

    /// <summary>Third parties asked at once.</summary>
    public const double ThirdBurst = 16;

    /// <summary>Servers asked in one observation.</summary>
    public const int MaxServers = 3;

    /// <summary>Servers that are remembered as tried.</summary>
    public const int MaxTried = 64;

    /// <summary>Results kept, the newest.</summary>
    public const int MaxWitnesses = 8;

    /// <summary>How long a result counts.</summary>
    public const long WitnessLife = 40 * 60_000;

    /// <summary>When everything is observed anew.</summary>
    public const long Period = 20 * 60_000;

    /// <summary>When what nobody else bore out is observed anew; twice as long each time, up to <see cref="Period"/>.</summary>
    public const long FirstRetest = 20_000;

    /// <summary>When one server's word that a firewall stands before the own address is asked for again.</summary>
    public const long DoubtRetest = 3_000;

    /// <summary>Between two looks for a further server while there were too few.</summary>
    public const long SearchPause = 5_000;

    /// <summary>Nothing answers for so long after several were asked: UDP is blocked.</summary>
    public const long BlockedAfter = 8_000;

    /// <summary>Strangers asked in vain before UDP is called blocked; one is enough where TCP works.</summary>
    public const int BlockedAsked = 3;
}
