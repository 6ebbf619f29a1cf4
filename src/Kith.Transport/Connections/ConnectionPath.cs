using Kith.Transport.Connections.Recovery;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>One way to the other side: an endpoint, what is known of it, and its own round trip, congestion and datagram size (RFC 9000 section 9.4).</summary>
internal sealed class ConnectionPath(Endpoint endpoint, int datagramLimit)
{
    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>Round trip, congestion and datagram size.</summary>
    public PathRecovery Recovery { get; } = new(datagramLimit);

    /// <summary>The other side's connection id that goes there.</summary>
    public RemoteId RemoteId { get; set; }

    /// <summary>The other side was proved to receive there (RFC 9000 section 8.2).</summary>
    public bool IsValidated { get; set; }

    /// <summary>When something authentic last came from there.</summary>
    public TimeSpan? LastReceived { get; set; }

    // Validation.

    /// <summary>Challenges go there.</summary>
    public bool IsProbing { get; set; }

    /// <summary>The data of the last challenges: an answer to an older one counts too, for the way there is as good as it was.</summary>
    public Queue<(ulong Data, TimeSpan SentAt)> Challenges { get; } = new(4);

    public TimeSpan NextChallenge { get; set; }

    public TimeSpan ChallengeWait { get; set; }

    public TimeSpan ProbeUntil { get; set; }

    /// <summary>Challenges to send after the path has proved itself to this side.</summary>
    public int ChallengesLeft { get; set; }

    // RFC 9000 section 8.1: before the address is proved, at most three times what came from it.

    public long BytesReceived { get; set; }

    public long BytesSent { get; set; }

    /// <summary>This side's host asked for the path: the address came from a contact, not from a packet's header.</summary>
    public bool IsWanted { get; set; }

    public bool MaySend(int bytes) => IsValidated || IsWanted || BytesSent + bytes <= 3 * BytesReceived;

    /// <summary>Begins to ask whether the other side receives there.</summary>
    public void StartProbing(TimeSpan now)
    {
        if (IsProbing)
        {
            ProbeUntil = now + ConnectionLimits.ValidationTimeout;
            return;
        }

        IsProbing = true;
        NextChallenge = now;
        ChallengeWait = ConnectionLimits.FirstChallengeWait;
        ProbeUntil = now + ConnectionLimits.ValidationTimeout;
    }
}

/// <summary>A connection id that the other side chose for itself (RFC 9000 section 5.1).</summary>
internal readonly record struct RemoteId(ulong Sequence, ulong Id, Bits128 Token);

/// <summary>A path as its host sees it.</summary>
/// <param name="Endpoint">Where it goes.</param>
/// <param name="IsActive">Packets go there.</param>
/// <param name="IsValidated">It has proved itself.</param>
/// <param name="RoundTripTime">Smoothed, once measured.</param>
/// <param name="DatagramSize">The largest datagram that is known to pass, bytes.</param>
internal readonly record struct PathView(Endpoint Endpoint, bool IsActive, bool IsValidated, TimeSpan? RoundTripTime, int DatagramSize);
