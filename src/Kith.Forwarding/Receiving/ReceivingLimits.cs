namespace Kith.Forwarding.Receiving;

/// <summary>The limits of receiving through forwarders (docs/protocol/paths.md, "Receiving"); times are milliseconds.</summary>
public static class ReceivingLimits
{
    // Implementation.

    /// <summary>Messages of one contact of which pieces are missing; the oldest of more is forgotten.</summary>
    public const int MaxPartsOfPeer = 64;

    /// <summary>Bytes of their pieces, of one contact.</summary>
    public const int MaxBytesOfPeer = 4 << 20;

    /// <summary>Bytes of all that is not whole yet; who brings more is told nothing, and sends again.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>A message of which nothing more has come for so long is forgotten: its sender begins anew.</summary>
    public const long PartLifetime = 120_000;

    /// <summary>Messages of one contact that are remembered as received, so that nothing is handed on twice.</summary>
    public const int MaxSeenOfPeer = 8_192;

    /// <summary>One that has not become safe for so long is handed on again when it comes again.</summary>
    public const long UnsafeTime = 30_000;

    /// <summary>Reply blocks kept for one message: what has come twice is acknowledged twice, not more.</summary>
    public const int MaxReplies = 4;

    /// <summary>Reply blocks of one contact that are remembered, so that none is used twice.</summary>
    public const int MaxRecentBlocks = 128;

    /// <summary>Messages of one contact whose reply blocks wait until they are safe.</summary>
    public const int MaxUnsafeOfPeer = 1_024;

    /// <summary>An acknowledgement waits for a time drawn from an exponential distribution of this mean.</summary>
    public const int MeanDelay = 100;

    /// <summary>And no longer than this.</summary>
    public const int MaxDelay = 1_000;

    /// <summary>Acknowledgements that wait; the oldest of more are left out, and what they are for comes again.</summary>
    public const int MaxWaiting = 4_096;

    /// <summary>Contacts whose messages are remembered.</summary>
    public const int MaxPeers = 4_096;
}
