using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <content>Which introducers: as many as are wanted, and among them what somebody needs who has another family than we, or no UDP.</content>
internal sealed partial class Registrar
{
    private readonly Dictionary<Endpoint, long> _declined = [];
    private long _exchangeAt;
    private long _entryAt;

    private void Look(long now)
    {
        var lacks = Lacks(_own);
        var wanted = Wanted + (lacks ? ReachLimits.RegistrationsBeyond : 0);
        var introducers = ground.Introducers(_takesCircuits);
        MakeRoomForRelay(now, introducers);
        foreach (var introducer in introducers)
        {
            // What was kept for one thing that is lacking does not stand in the way of another.
            if (_own.Count >= wanted && !(lacks && _own.Count(own => !own.IsKept) < ReachLimits.RegistrationsBeyond))
                break;
            if (!IsAvoided(now, introducer) && !IsTaken(introducer) && (_own.Count < Wanted || !IsDeclined(now, introducer)))
                Begin(now, introducer, isReturning: false);
        }

        if (_own.Count >= wanted && !lacks)
            return;
        foreach (var introducer in _lost.TakeDue(now))
        {
            // Who kept us once may be what we lack, however many others there are meanwhile.
            if ((_own.Count < wanted || lacks) && ground.Networks.MayContact(introducer) && !IsTaken(introducer))
                Begin(now, introducer, isReturning: true);
        }

        if (lacks)
            AskEntry(now);
    }

    private int Wanted => ground.IsReachable == true ? ReachLimits.RegistrationsWhenReachable : ReachLimits.Registrations;

    // Without one that carries circuits, who has neither our family nor UDP does not get through at all; and who has a family that we have not reaches us by an introducer of that family alone.
    private bool Lacks(IEnumerable<OwnRegistration> among)
    {
        var kept = among.Where(own => own.IsKept).ToList();
        if (ground.Networks.IsLoopbackOnly || kept.Exists(own => ground.Networks.AreLifted(own.Introducer)))
            return false;
        return (_takesCircuits && !kept.Exists(own => own.Serves)) || !IsReachedBy(kept, isIPv4: true) || !IsReachedBy(kept, isIPv4: false);
    }

    private bool IsReachedBy(List<OwnRegistration> kept, bool isIPv4) =>
        (ground.IsReachable == true && (isIPv4 ? ground.Wan4 : ground.Wan6) is not null) || kept.Exists(own => own.Leads(isIPv4));

    // Beyond those that are wanted anyhow only what was lacking is kept.
    private bool IsSurplus(OwnRegistration asked)
    {
        var others = _own.Where(own => own != asked && own is { IsKept: true, Asks: <= 1 }).ToList();
        return others.Count >= Wanted
            && !(_takesCircuits && asked.Serves && !others.Exists(own => own.Serves))
            && !(asked.Leads(isIPv4: true) && !IsReachedBy(others, isIPv4: true))
            && !(asked.Leads(isIPv4: false) && !IsReachedBy(others, isIPv4: false));
    }

    // It keeps us for nothing: it is told so, and left alone until it is needed.
    private void Decline(long now, OwnRegistration own)
    {
        if (_declined.Count >= ReachLimits.MaxAvoided)
            _declined.Clear();
        _declined[own.Introducer] = now + ReachLimits.SurplusAvoidFor;
        _lost.Remove(own.Introducer);
        Drop(own);
        Span<byte> datagram = stackalloc byte[ReachMessage.MaxDatagram];
        var message = new ReachMessage { Type = ReachMessageType.Unregister, Key = own.Key, Token = own.Token };
        ground.Send(own.Introducer, datagram[..message.Write(datagram)]);
    }

    private bool IsDeclined(long now, Endpoint introducer) => _declined.TryGetValue(introducer, out var until) && now < until;

    // A way in that the owner named, or a contact gave, is there for years: it may be no peer of ours any more, one of thousands, and be the one that everybody knows.
    private void AskEntry(long now)
    {
        if (now < _entryAt)
            return;
        foreach (var entry in ground.Entries.Where(entry => !IsAvoided(now, entry) && !IsDeclined(now, entry) && !IsTaken(entry) && ReachLimits.MayIntroduceAt(entry.Port) && ground.Networks.MayContact(entry)))
        {
            _entryAt = now + ReachLimits.EntryPause;
            Begin(now, entry, isReturning: true);
            return;
        }
    }

    // One that carries circuits takes the place of one of its own prefix that does not; of others it comes beside.
    private void MakeRoomForRelay(long now, IReadOnlyList<Endpoint> introducers)
    {
        if (!_takesCircuits || _own.Exists(own => own.IsKept ? own.Serves : ground.Serves(own.Introducer)) || introducers.Count == 0 || now < _exchangeAt)
            return;
        var first = introducers[0];
        if (!ground.Serves(first) || IsAvoided(now, first) || _own.Find(own => IsSamePrefix(own.Introducer, first)) is not { } near || near.Introducer == first)
            return;
        _exchangeAt = now + ReachLimits.AvoidFor;
        Drop(near);
    }
}
