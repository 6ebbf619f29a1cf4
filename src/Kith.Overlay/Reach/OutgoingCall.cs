using Kith.Crypto;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>A call of ours, through one or more introducers at once.</summary>
internal sealed class OutgoingCall(ulong id, X25519PublicKey key, long now, Action<Endpoint> working, Action<ReachOutcome> done) : IDisposable
{
    // Milliseconds from the first: a call is repeated as it is until an answer comes.
    private static readonly long[] SendTimes = [0, 300, 1000, 2500];

    /// <summary>Which call it is.</summary>
    public ulong Id => id;

    /// <summary>Whom it is for.</summary>
    public X25519PublicKey Key => key;

    /// <summary>When it was made.</summary>
    public long StartedAt => now;

    /// <summary>Our part of the punch's key.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The ways that it takes.</summary>
    public List<CallLeg> Legs { get; } = [];

    /// <summary>Where the other side may be called, for a second try.</summary>
    public required IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> Via { get; init; }

    /// <summary>What the other side said; null until it did.</summary>
    public CallContent? Answer { get; set; }

    /// <summary>The punch, once there is one.</summary>
    public Punch? Punch { get; set; }

    /// <summary>Whether it was made anew with a later time already.</summary>
    public bool IsSecond { get; set; }

    /// <summary>Whether both sides' NATs give each destination another port.</summary>
    public bool AreBothHard { get; set; }

    /// <summary>Repetitions made.</summary>
    public int Sends { get; private set; }

    /// <summary>Told of each endpoint at which the other side was heard.</summary>
    public Action<Endpoint> Working => working;

    /// <summary>Told once how it ended.</summary>
    public Action<ReachOutcome> Done => done;

    /// <summary>When there is something to do; the punch has its own time.</summary>
    public long NextDeadline => Punch is not null ? Punch.EndsAt
        : Math.Min(now + ReachLimits.CallPatience, Sends < SendTimes.Length && Answer is null ? now + SendTimes[Sends] : long.MaxValue);

    /// <summary>Whether the next repetition is due; if so it is counted.</summary>
    public bool TrySend(long at)
    {
        if (Answer is not null || Sends >= SendTimes.Length || at < now + SendTimes[Sends])
            return false;
        Sends++;
        return true;
    }

    public void Dispose()
    {
        foreach (var leg in Legs)
            leg.Seal.Dispose();
    }
}

/// <summary>One way of a call.</summary>
internal sealed class CallLeg(Endpoint introducer, NodeHandle handle, ulong number, SealedCall seal, byte[] datagram, bool isOwn)
{
    /// <summary>Where the datagrams go: the introducer, or, where we are the introducer ourselves, the one that is called.</summary>
    public Endpoint Introducer => introducer;

    public NodeHandle Handle => handle;

    public ulong Number => number;

    public SealedCall Seal => seal;

    public byte[] Datagram => datagram;

    /// <summary>Whether the one that is called is registered with us.</summary>
    public bool IsOwn => isOwn;

    /// <summary>When it last went.</summary>
    public long SentAt { get; set; }

    /// <summary>Why it was refused.</summary>
    public ReachRefusal Refusal { get; set; }
}
