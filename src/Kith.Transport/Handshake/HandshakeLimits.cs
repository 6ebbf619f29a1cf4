using Kith.Transport.Sessions;

namespace Kith.Transport.Handshake;

/// <summary>What a handshake may cost; docs/protocol/session.md lists it.</summary>
public static class HandshakeLimits
{
    // Specification.

    /// <summary>The longest Noise message of a handshake, bytes. With two messages at most from one side this bounds what anybody can send unauthenticated.</summary>
    public const int MaxMessage = 512;

    /// <summary>The length prefix of a message, bytes.</summary>
    public const int PrefixSize = 2;

    /// <summary>The whole handshake, from the connection to the last message. It is also the least progress: nobody gets more time by sending slowly.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Implementation.

    /// <summary>Handshakes under way at once at one listener; further connections are closed unread.</summary>
    public const int MaxPending = 64;

    /// <summary>Of those, from one address (an IPv6 /64 counts as one).</summary>
    public const int MaxPendingPerAddress = 16;

    /// <summary>Sessions accepted by one listener at once; further ones are closed with <see cref="SessionErrorCode.Busy"/>.</summary>
    public const int MaxSessions = 512;

    /// <summary>Of those, from one address; those of this machine itself are limited in all alone.</summary>
    public const int MaxSessionsPerAddress = 64;

    /// <summary>A refused side's bytes are still read, up to this many, so that the refusal is not lost with the connection.</summary>
    internal const int MaxDrain = 4096;

    /// <summary>What the driver of a handshake must be able to hold: the largest thing that is read whole.</summary>
    internal const int ReceiveBuffer = Preface.Size + PrefixSize + MaxMessage + RecordProtection.MaxRecord;
}
