namespace Kith.Forwarding.Hosting;

/// <summary>The limits of running forwarding (docs/protocol/paths.md, "Limits"): all the implementation's.</summary>
public static class HostingLimits
{
    /// <summary>What needs no exact moment is looked after this often, milliseconds.</summary>
    public const long MaintenancePause = 5_000;

    /// <summary>Sessions of ours that packets go out over.</summary>
    public const int MaxSessions = 512;

    /// <summary>Packets that wait while a session is made; further ones are dropped.</summary>
    public const int MaxWaiting = 64;

    /// <summary>Whom no session could be made to is not called again for so long.</summary>
    public static readonly TimeSpan DeadTime = TimeSpan.FromSeconds(1);

    /// <summary>Packets that are sent once more when the session that they went over ends: the last of it.</summary>
    public const int MaxSentAgain = 16;

    /// <summary>And no older than this.</summary>
    public static readonly TimeSpan SentAgainTime = TimeSpan.FromSeconds(1);

    /// <summary>How long making a session may take.</summary>
    public static readonly TimeSpan DialPatience = TimeSpan.FromSeconds(3);

    /// <summary>A session that nothing went over for so long is closed.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(2);

    /// <summary>Sessions that others make to us for forwarding.</summary>
    public const int MaxClients = 1_024;

    /// <summary>Of those, of one prefix; not on one's own network.</summary>
    public const int MaxClientsPerPrefix = 64;

    /// <summary>Of those, through Tor: whose they are nothing tells, so they count as one.</summary>
    public const int MaxOnionClients = 256;

    /// <summary>Sessions of ours to onion addresses that packets go out over.</summary>
    public const int MaxOnionSessions = 32;

    /// <summary>How long making a session through Tor may take; Tor may have to start first.</summary>
    public static readonly TimeSpan OnionDialPatience = TimeSpan.FromSeconds(120);

    /// <summary>Whom no session could be made to through Tor is not called again for so long.</summary>
    public static readonly TimeSpan OnionDeadTime = TimeSpan.FromSeconds(30);

    /// <summary>How long a list is waited for on a session through Tor.</summary>
    public static readonly TimeSpan OnionAskPatience = TimeSpan.FromSeconds(30);

    /// <summary>A guard at an onion address is asked this often whether it is there.</summary>
    public static readonly TimeSpan OnionGuardPing = TimeSpan.FromSeconds(10);

    /// <summary>And is taken for gone when it has not answered for so long.</summary>
    public static readonly TimeSpan OnionGuardSilence = TimeSpan.FromSeconds(30);

    /// <summary>Frames that wait to be sent on a stream; whoever lets more come together is closed.</summary>
    public const int MaxFramesWaiting = 2_048;

    /// <summary>A guard is asked this often whether it is there.</summary>
    public static readonly TimeSpan GuardPing = TimeSpan.FromSeconds(2);

    /// <summary>And is taken for gone when it has not answered for so long.</summary>
    public static readonly TimeSpan GuardSilence = TimeSpan.FromSeconds(5);

    /// <summary>Datagrams taken under one turn of the lock.</summary>
    public const int MaxBatch = 64;
}
