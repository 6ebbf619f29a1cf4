using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>An endpoint that Initials go to until one answers.</summary>
internal sealed class DialCandidate(Endpoint endpoint, TimeSpan now)
{
    public Endpoint Endpoint { get; } = endpoint;

    public TimeSpan NextSend { get; set; } = now;

    public TimeSpan Wait { get; set; } = ConnectionLimits.FirstResend;

    public TimeSpan FirstSent { get; set; }

    public TimeSpan LastSent { get; set; }

    public int Sent { get; set; }

    /// <summary>The cookie that was asked for.</summary>
    public byte[]? Cookie { get; set; }

    /// <summary>Why whoever is there does not take the call.</summary>
    public SessionErrorCode? Refusal { get; set; }

    /// <summary>Whether the machine there said that nobody is at that port. Somebody may be soon, so the Initial goes on going there.</summary>
    public bool IsEmpty { get; set; }

    /// <summary>Whether nothing more is to be hoped for.</summary>
    public bool IsHopeless => Refusal is not null || IsEmpty;
}
