using System.Text;
using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>How much is known of a peer; each step takes more than the one before.</summary>
internal enum PeerStanding
{
    /// <summary>Somebody named it; it has not been heard.</summary>
    Candidate,

    /// <summary>Something came from its address, which anybody may write on a datagram.</summary>
    Heard,

    /// <summary>It answered when we asked; a peer of the seed's dialect cannot prove more.</summary>
    Answered,

    /// <summary>It echoed the token that we sent to its address.</summary>
    Proven,
}

/// <summary>A peer, as far as this node knows it.</summary>
internal sealed class WalkerPeer(Endpoint address, bool incoming, long now)
{
    private const double AnswerBurst = 8;
    private const double AnswersPerSecond = 4;

    /// <summary>Where it is.</summary>
    public Endpoint Address { get; } = address;

    /// <summary>Who else could be the same person.</summary>
    public AddressPrefix Prefix { get; } = AddressPrefix.Of(address);

    /// <summary>Whether it came to us first.</summary>
    public bool Incoming { get; } = incoming;

    /// <summary>Since when it is known.</summary>
    public long Since { get; } = now;

    /// <summary>What it calls itself; empty until it said so.</summary>
    public byte[] Id { get; private set; } = [];

    /// <summary>How much is known.</summary>
    public PeerStanding Standing { get; set; }

    /// <summary>Whether the user, or a list of entry points, named it.</summary>
    public bool IsEntry { get; set; }

    /// <summary>Whether somebody asked it to puncture us, or us to puncture it: that it is heard then does not show that others reach it.</summary>
    public bool WasPunctured { get; set; }

    /// <summary>Whether it was named to us as invitee, so that a puncture of it is on the way.</summary>
    public bool IsInvitee { get; set; }

    /// <summary>Whether it understands Kith's additions; null until it said something.</summary>
    public bool? SpeaksKith { get; set; }

    /// <summary>Whether it says that it carries circuits of others.</summary>
    public bool ServesRelay { get; set; }

    /// <summary>When it was last heard, so that we may believe it.</summary>
    public long LastHeard { get; set; }

    /// <summary>When it last answered a request of ours; 0 for never.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>Whether it answered a request before it ever came to us, and with no puncture: others reach it too. Null when that was never seen.</summary>
    public bool? Connectable { get; set; }

    /// <summary>Milliseconds from a request to its answer.</summary>
    public double? RoundTrip { get; set; }

    /// <summary>Its token for our address, empty until it sent one.</summary>
    public byte[] Token { get; set; } = [];

    /// <summary>
    /// Bytes that may still be sent to it while it was only heard: three times what came, less what went. Whoever writes a false address on datagrams gets no more than that sent there,
    /// our own questions included.
    /// </summary>
    public int Room { get; set; }

    /// <summary>Who named it, to bound what one peer can make us ask.</summary>
    public Endpoint NamedBy { get; set; }

    /// <summary>The first request that it has not answered; 0 when none is open.</summary>
    public long AskedSince { get; set; }

    /// <summary>The last request.</summary>
    public long AskedLast { get; set; }

    /// <summary>Requests since it was last heard.</summary>
    public int Asks { get; set; }

    /// <summary>When to ask once more.</summary>
    public long NextAsk { get; set; } = long.MaxValue;

    /// <summary>How many peers the open request wants.</summary>
    public int Wanted { get; set; }

    /// <summary>When it asked to be introduced and was not, as it had not shown yet that it listens; 0 when nothing is owed.</summary>
    public long OwedSince { get; set; }

    /// <summary>When it was last asked to puncture somebody.</summary>
    public long InvitedAt { get; set; }

    /// <summary>What it may ask of us.</summary>
    public RateBucket Answers { get; } = new(AnswerBurst, AnswersPerSecond);

    /// <summary>What it may make us puncture.</summary>
    public RateBucket PunctureCredit { get; } = new(PunctureGuard.CreditBurst, PunctureGuard.CreditPerSecond);

    /// <summary>Takes the id that it gives itself.</summary>
    public void Name(ReadOnlySpan<byte> id)
    {
        if (!id.IsEmpty && !id.SequenceEqual(Id))
            Id = id.ToArray();
    }

    /// <summary>Whether it answered or proved itself, and was heard within the time-out. What was only heard may be an address that somebody invented.</summary>
    public bool IsActive(long now) => Standing >= PeerStanding.Answered && now - LastHeard < PeerTable.Timeout;

    /// <summary>When it is given up or forgotten.</summary>
    public long EndsAt()
    {
        var heard = Standing == PeerStanding.Candidate ? Since : LastHeard;
        var forgotten = heard + (Standing == PeerStanding.Candidate ? PeerTable.CandidateLife : PeerTable.KnownLife);
        return AskedSince == 0 ? forgotten : Math.Min(forgotten, Math.Max(AskedSince, heard) + PeerTable.Timeout);
    }

    /// <summary>What the façade shows.</summary>
    public OverlayPeer ToView() =>
        new(Encoding.ASCII.GetString(Id), Address, Incoming, Connectable, LastHeard, RoundTrip, SpeaksKith == true ? "kith" : "app-to-app") { ServesRelay = ServesRelay };
}
