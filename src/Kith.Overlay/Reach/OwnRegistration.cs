using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>A registration of ours with an introducer.</summary>
internal sealed class OwnRegistration(Endpoint introducer, byte[] key, long now)
{
    /// <summary>Where the introducer is, as we reach it.</summary>
    public Endpoint Introducer => introducer;

    /// <summary>What shows that the handle is ours.</summary>
    public byte[] Key => key;

    /// <summary>What we are called there.</summary>
    public NodeHandle Handle { get; } = Introducing.HandleOf(key);

    /// <summary>The introducer's token for our address; zeroes until it gave one.</summary>
    public byte[] Token { get; } = new byte[Walker.AddressTokens.Size];

    /// <summary>Whether it kept us before and fell silent: asked whether it is there again.</summary>
    public bool IsReturning { get; init; }

    /// <summary>Requests without an answer after which it is given up.</summary>
    public int MaxAsks => IsReturning && !IsKept ? ReachLimits.MaxUnansweredOfLost : ReachLimits.MaxUnanswered;

    /// <summary>Whether it keeps us.</summary>
    public bool IsKept { get; set; }

    /// <summary>The open request's number.</summary>
    public ulong Number { get; set; }

    /// <summary>When the last request went.</summary>
    public long AskedAt { get; set; }

    /// <summary>Whether it asked for a proof of our address, and did not take us since.</summary>
    public bool WasChallenged { get; set; }

    /// <summary>Requests since the last answer.</summary>
    public int Asks { get; set; }

    /// <summary>When the next request is due.</summary>
    public long NextAsk { get; set; } = now;

    /// <summary>The round trip, milliseconds; null until measured.</summary>
    public long? RoundTrip { get; set; }

    /// <summary>Whether it carries circuits.</summary>
    public bool Serves { get; set; }

    /// <summary>Where it sees us.</summary>
    public Endpoint Seen { get; set; }

    /// <summary>The introducer's endpoints as it says itself; default for none.</summary>
    public Endpoint Own4 { get; set; }

    /// <inheritdoc cref="Own4"/>
    public Endpoint Own6 { get; set; }

    /// <summary>Whether somebody who has this family alone comes to us through it.</summary>
    public bool Leads(bool isIPv4) => (isIPv4 ? Own4 : Own6) != default || (!UdpPort.IsVirtual(Introducer) && Introducer.IsIPv4 == isIPv4);
}
