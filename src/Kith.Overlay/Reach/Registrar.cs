using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>Keeps this node registered with some introducers, of different prefixes where there are any, each under a handle of its own that lasts for this run.</summary>
internal sealed partial class Registrar(IReachGround ground, IRandom random)
{
    private readonly List<OwnRegistration> _own = [];
    private readonly Dictionary<Endpoint, long> _avoided = [];
    private readonly LostIntroducers _lost = new();
    private long _lookAt;
    private bool _takesCircuits;

    /// <summary>How often new introducers are looked for, milliseconds.</summary>
    private const long LookPeriod = 1_000;

    /// <summary>Whether we agree to circuits; a change is told to all introducers at once.</summary>
    public bool TakesCircuits
    {
        get => _takesCircuits;
        set
        {
            if (_takesCircuits == value)
                return;
            _takesCircuits = value;
            AskAgain();
        }
    }

    /// <summary>When something is due; never while nothing was started.</summary>
    public long NextDeadline
    {
        get
        {
            var next = _lookAt;
            foreach (var own in _own)
                next = Math.Min(next, own.NextAsk);
            return next;
        }
    }

    /// <summary>The registrations that stand.</summary>
    public IEnumerable<OwnRegistration> Kept => _own.Where(own => own.IsKept);

    /// <summary>Whether introducers see us at one address and each at another port: a NAT that gives each destination another.</summary>
    public bool SeenPortsVary
    {
        get
        {
            // Tunnels are connections, each from a port of its own.
            if (ground.Nat == Nat.NatKind.Blocked)
                return false;
            var seen = Kept.Where(own => own.Seen.IsIPv4 && !ground.Networks.AreLifted(own.Introducer)).Select(own => own.Seen).ToList();
            return seen.Count > 1 && seen.TrueForAll(one => one.SameAddress(seen[0])) && seen.Distinct().Count() == seen.Count;
        }
    }

    /// <summary>Where an introducer sees us over a family; default where none does.</summary>
    public Endpoint SeenAt(bool isIPv4) => Kept.Select(own => own.Seen).FirstOrDefault(seen => seen.IsIPv4 == isIPv4 && seen.Port != 0 && AddressScope.KindOf(seen) is AddressKind.Global or AddressKind.Documentation);

    /// <summary>The one of a handle, with the introducer at this address; null when there is none.</summary>
    public OwnRegistration? Find(Endpoint introducer, NodeHandle handle) => _own.Find(own => own.IsKept && own.Introducer == introducer && own.Handle == handle);

    /// <summary>
    /// Our via addresses, those of the internet first, of them those that carry circuits where we agree to such (a link has room for one alone), then those of the shortest round trip, and after them the same introducers' addresses of the other family: so that somebody without ours reaches them too.
    /// </summary>
    public IReadOnlyList<string> Via()
    {
        var kept = Kept.OrderBy(own => ground.Networks.AreLifted(own.Introducer)).ThenBy(own => _takesCircuits && !own.Serves).ThenBy(own => own.RoundTrip ?? long.MaxValue).ToList();
        var addresses = new List<string>();
        foreach (var own in kept)
        {
            // By a tunnel we know a made-up endpoint alone; the introducer says itself where it is.
            var first = !UdpPort.IsVirtual(own.Introducer) ? own.Introducer : own.Own4 != default ? own.Own4 : own.Own6;
            Add(addresses, first, own.Handle);
        }

        foreach (var own in kept)
        {
            var isIPv4 = UdpPort.IsVirtual(own.Introducer) || own.Introducer.IsIPv4;
            Add(addresses, isIPv4 ? own.Own6 : own.Own4, own.Handle);
        }

        return [.. addresses.Distinct().Take(ReachLimits.MaxVias)];
    }

    /// <summary>We are on other networks: the introducers learn it at once, and others may be better now.</summary>
    public void NetworkChanged(long now)
    {
        _avoided.Clear();
        _declined.Clear();
        // In between two networks there is none for a moment. The handles stay: those who know them find us where we are next.
        foreach (var lost in _own.Where(own => !ground.Networks.MayContact(own.Introducer) && !UdpPort.IsVirtual(own.Introducer)).ToList())
        {
            if (lost.IsKept)
                _lost.Add(now, lost.Introducer, lost.Key);
            Drop(lost);
        }

        _lost.AskAll(now);
        AskAgain();
        _lookAt = now;
    }

    /// <summary>Somebody found an introducer silent, or started anew: it is asked at once whether it still keeps us.</summary>
    public void Suspect(long now, Endpoint introducer)
    {
        if (_own.Find(own => own.IsKept && own.Introducer == introducer) is { Asks: 0 } own && now - own.AskedAt >= ReachLimits.SuspectPause)
            own.NextAsk = now;
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        foreach (var own in _own.Where(own => now >= own.NextAsk).ToList())
        {
            if (own.Asks >= own.MaxAsks)
                GiveUp(now, own, isSilent: true);
            else
                Ask(now, own);
        }

        if (now < _lookAt)
            return;
        _lookAt = now + LookPeriod;
        Look(now);
    }

    /// <summary>Takes an introducer's answer; false when it answers nothing that we asked.</summary>
    public bool Receive(long now, Endpoint from, in ReachMessage message)
    {
        var number = message.Number;
        var own = _own.Find(one => one.Introducer == from && one.Number == number && one.Asks > 0);
        if (own is null)
            return false;
        switch (message.Type)
        {
            case ReachMessageType.Challenge:
                message.Token.CopyTo(own.Token);
                // It is there, and what went unanswered before counts no more; but only once: an introducer that challenges for ever is given up like a silent one.
                if (own.WasChallenged)
                    return true;
                (own.WasChallenged, own.Asks) = (true, 0);
                Ask(now, own);
                return true;
            case ReachMessageType.Refused:
                GiveUp(now, own, isSilent: false);
                return true;
            default:
                OnRegistered(now, own, in message);
                return true;
        }
    }

    private void OnRegistered(long now, OwnRegistration own, in ReachMessage message)
    {
        message.Token.CopyTo(own.Token);
        own.RoundTrip = own.Asks == 1 || own.RoundTrip is null ? now - own.AskedAt : own.RoundTrip;
        own.Asks = 0;
        own.Number = 0;
        own.WasChallenged = false;
        own.NextAsk = now + ReachLimits.RenewAfter + random.NextInt32((int)ReachLimits.RenewJitter);
        var (own4, own6) = (Usable(message.Own4), Usable(message.Own6));
        var bringsLess = (own.Serves && !message.HasFlag) || (own.Own4 != default && own4 == default) || (own.Own6 != default && own6 == default);
        var isNews = !own.IsKept || own.Own4 != own4 || own.Own6 != own6 || own.Serves != message.HasFlag;
        own.Seen = message.Seen;
        (own.Own4, own.Own6, own.Serves) = (own4, own6, message.HasFlag);
        // One that was kept for what it says no more is none to keep: else whoever says it for a while brings the number up, one after the other.
        if ((!own.IsKept || bringsLess) && IsSurplus(own))
        {
            Decline(now, own);
            return;
        }

        own.IsKept = true;
        _lost.Remove(own.Introducer);
        _avoided.Remove(own.Introducer);
        if (isNews)
            ground.ViaChanged();
    }

    // What an introducer says of itself is published: it must be an address of the internet, and of nobody's service.
    private static Endpoint Usable(Endpoint said) =>
        ReachLimits.MayIntroduceAt(said.Port) && AddressScope.KindOf(said) is AddressKind.Global or AddressKind.Documentation ? said : default;

    private bool IsTaken(Endpoint introducer) => _own.Exists(own => own.Introducer == introducer || IsSamePrefix(own.Introducer, introducer));

    private void Begin(long now, Endpoint introducer, bool isReturning)
    {
        var own = new OwnRegistration(introducer, _lost.KeyOf(introducer) ?? random.NextBytes(ReachMessage.KeySize), now) { IsReturning = isReturning };
        _own.Add(own);
        Ask(now, own);
    }

    private bool IsSamePrefix(Endpoint one, Endpoint other) => !ground.Networks.AreLifted(other) && AddressPrefix.Of(one) == AddressPrefix.Of(other);

    // Who has hardly anybody else asks again soon: an introducer that was too busy, or did not know yet what it is behind, is better than none; and who has one alone is lost when that one dies.
    private bool IsAvoided(long now, Endpoint introducer) =>
        _avoided.TryGetValue(introducer, out var until) && now < (Kept.Count() >= Math.Min(Wanted, ReachLimits.EnoughRegistrations) ? until : until - ReachLimits.AvoidFor + ReachLimits.AvoidForFew);

    private void Ask(long now, OwnRegistration own)
    {
        // Repeated as it is, so that an answer counts that takes longer than we waited.
        if (own.Asks == 0)
            own.Number = random.NextUInt64();
        own.AskedAt = now;
        own.NextAsk = now + (ReachLimits.FirstRetry << own.Asks);
        own.Asks++;
        Span<byte> datagram = stackalloc byte[ReachMessage.MaxDatagram];
        var message = new ReachMessage
        {
            Type = ReachMessageType.Register,
            Key = own.Key,
            Token = own.Token,
            Number = own.Number,
            Flags = (byte)(_takesCircuits ? 1 : 0),
        };
        ground.Send(own.Introducer, datagram[..message.Write(datagram)]);
    }

    private void AskAgain()
    {
        foreach (var own in _own)
        {
            own.NextAsk = 0;
            own.Asks = 0;
            own.WasChallenged = false;
        }
    }

    private void GiveUp(long now, OwnRegistration own, bool isSilent)
    {
        if (!isSilent)
            _lost.Remove(own.Introducer);
        else if (own.IsKept && !UdpPort.IsVirtual(own.Introducer))
            _lost.Add(now, own.Introducer, own.Key);
        Avoid(own.Introducer, now + ReachLimits.AvoidFor);
        Drop(own);
        _lookAt = now;
    }

    private void Avoid(Endpoint introducer, long until)
    {
        if (_avoided.Count >= ReachLimits.MaxAvoided)
            _avoided.Clear();
        _avoided[introducer] = until;
    }

    private void Drop(OwnRegistration own)
    {
        _own.Remove(own);
        if (own.IsKept)
            ground.ViaChanged();
    }

    private static void Add(List<string> addresses, Endpoint at, NodeHandle handle)
    {
        if (at.Port != 0)
            addresses.Add(NodeAddress.Via(at.ToIPEndPoint(), handle).ToString());
    }
}
