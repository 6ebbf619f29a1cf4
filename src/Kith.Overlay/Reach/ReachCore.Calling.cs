using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <content>Calls that we make.</content>
public sealed partial class ReachCore
{
    /// <summary>No side waits longer for the common moment, milliseconds.</summary>
    private const long MaxDelay = 1_000;

    private readonly Dictionary<ulong, OutgoingCall> _calls = [];
    private readonly List<OutgoingCall> _due = [];
    private readonly Dictionary<X25519PublicKey, long> _sprayed = [];
    private readonly SprayTurns _turns = new();
    private long _lastTime;

    /// <summary>Calls a node through introducers, at once through all of them. Returns the call's number; 0 when it came to nothing at once, which is told too.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="key">The node's transport key: nobody else can read the call.</param>
    /// <param name="via">Introducers and the handles that it has there, the best first.</param>
    /// <param name="working">Told of each endpoint at which the node was heard, from within the core: must not call it.</param>
    /// <param name="done">Told once how it ended, in the same way.</param>
    public ulong Call(
        long now, X25519PublicKey key, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> working, Action<ReachOutcome> done)
    {
        if (_identity is null || _calls.Count >= ReachLimits.MaxCalls)
        {
            done(new ReachOutcome(_identity is null ? ReachResult.NotCalled : ReachResult.Busy, null, 0));
            return 0;
        }

        var call = new OutgoingCall(_random.NextUInt64(), key, now, working, done) { Secret = _random.NextBytes(CallContent.SecretSize), Via = via };
        return Begin(now, call, Math.Max(now, _lastTime + 1));
    }

    /// <summary>Gives a call up: nothing more is told of it. A punch that has begun goes on, as the other side's does.</summary>
    public void Cancel(ulong id)
    {
        if (_calls.Remove(id, out var call))
            call.Dispose();
    }

    private ulong Begin(long now, OutgoingCall call, long time)
    {
        _lastTime = time;
        foreach (var (introducer, handle) in call.Via.Take(ReachLimits.MaxVias))
            AddLeg(now, call, introducer, handle, time);
        if (call.Legs.Count == 0)
        {
            call.Done(new ReachOutcome(ReachResult.NotCalled, null, 0));
            return 0;
        }

        _calls.Add(call.Id, call);
        Repeat(now, call);
        return call.Id;
    }

    private void AddLeg(long now, OutgoingCall call, Endpoint introducer, NodeHandle handle, long time)
    {
        var at = _ground.RouteTo(introducer);
        var own = _introducing.Find(now, handle);
        if (own is null && !UdpPort.IsVirtual(at) && (!_ground.Networks.MayContact(at) || (!ReachLimits.MayIntroduceAt(at.Port) && !_ground.Networks.AreLifted(at)) || IsOwn(at)))
            return;
        var content = Content(CallStatus.Ok, time, call.Id, call.Secret, onlyPublic: !_callers.IsContact(call.Key)) with
        {
            RoundTrip = (int)(_registrar.Kept.FirstOrDefault(one => one.Introducer == at)?.RoundTrip ?? 0),
        };
        var seal = SealedCall.Begin(_identity!, call.Key, handle, content, out var message);
        var number = _random.NextUInt64();
        Span<byte> datagram = stackalloc byte[ReachMessage.MaxDatagram];
        // Who is registered with us needs no introducer but us.
        var type = own is null ? ReachMessageType.Call : ReachMessageType.Calling;
        var size = new ReachMessage { Type = type, Handle = handle, Number = number, Sealed = message }.Write(datagram);
        call.Legs.Add(new CallLeg(own?.At ?? at, handle, number, seal, datagram[..size].ToArray(), own is not null));
    }

    private bool IsOwn(Endpoint at) => at == _ground.Wan4 || at == _ground.Wan6 || _ground.Candidates.Contains(at);

    private CallContent Content(CallStatus status, long time, ulong call, byte[] secret, bool onlyPublic) => new()
    {
        Status = status,
        Time = time,
        Call = call,
        Secret = secret,
        Nat = _ground.Nat,
        PortVaries = _ground.PortVaries || _registrar.SeenPortsVary,
        TakesCircuits = _registrar.TakesCircuits,
        Tcp4 = Meeting.OwnEndpoint(_ground, _registrar, isIPv4: true),
        Tcp6 = Meeting.OwnEndpoint(_ground, _registrar, isIPv4: false),
        // Somebody who has no more than a link learns no addresses of our own network, unless there are no others.
        Candidates = onlyPublic && _ground.Candidates.Any(IsPublic) ? [.. _ground.Candidates.Where(IsPublic)] : _ground.Candidates,
    };

    private static bool IsPublic(Endpoint endpoint) => AddressScope.KindOf(endpoint) is AddressKind.Global or AddressKind.Documentation;

    private void Repeat(long now, OutgoingCall call)
    {
        if (!call.TrySend(now))
            return;
        foreach (var leg in call.Legs.Where(leg => leg.Refusal == ReachRefusal.None))
        {
            leg.SentAt = now;
            _ground.Send(leg.Introducer, leg.Datagram);
        }
    }

    private void TickCalls(long now)
    {
        _due.Clear();
        foreach (var call in _calls.Values)
        {
            if (now >= call.NextDeadline)
                _due.Add(call);
        }

        foreach (var call in _due)
        {
            Repeat(now, call);
            if (call.Punch is null ? now >= call.StartedAt + ReachLimits.CallPatience : now >= call.Punch.EndsAt)
                End(now, call);
        }
    }

    private bool OnAnswered(long now, Endpoint from, in ReachMessage message)
    {
        foreach (var call in _calls.Values)
        {
            foreach (var leg in call.Legs)
            {
                if (leg.Number != message.Number || leg.Introducer != from || (message.Type == ReachMessageType.Answer) != leg.IsOwn)
                    continue;
                if (message.Type == ReachMessageType.CallRefused)
                    OnRefused(now, call, leg, message.Refusal);
                else
                    OnAnswer(now, call, leg, message.Sealed);
                return true;
            }
        }

        return false;
    }

    private void OnRefused(long now, OutgoingCall call, CallLeg leg, ReachRefusal why)
    {
        if (call.Answer is not null)
            return;
        leg.Refusal = why == ReachRefusal.None ? ReachRefusal.UnknownHandle : why;
        if (call.Legs.TrueForAll(one => one.Refusal != ReachRefusal.None))
            End(now, call);
    }

    private void OnAnswer(long now, OutgoingCall call, CallLeg leg, ReadOnlySpan<byte> message)
    {
        // The first answer is enough: those of the other ways say the same.
        if (call.Answer is not null)
            return;
        if (!leg.Seal.TryReadAnswer(message, out var content) || content.Call != call.Id)
        {
            _refused++;
            return;
        }

        switch (content.Status)
        {
            case CallStatus.Stale when !call.IsSecond:
                Again(now, call, Math.Max(content.Time, _lastTime) + 1);
                return;
            case CallStatus.Ok:
                break;
            default:
                OnRefused(now, call, leg, ReachRefusal.Rate);
                return;
        }

        call.Answer = content;
        Punch(now, call, leg, content);
    }

    // Our clock was set back, or we lost what we knew: the other side takes nothing before what it has heard of us.
    private void Again(long now, OutgoingCall old, long time)
    {
        _calls.Remove(old.Id);
        old.Dispose();
        var call = new OutgoingCall(old.Id, old.Key, now, old.Working, old.Done) { Secret = old.Secret, Via = old.Via, IsSecond = true };
        Begin(now, call, time);
    }

    private void Punch(long now, OutgoingCall call, CallLeg leg, CallContent answer)
    {
        // The other side begins so long after it answered; the answer took about half of what call and answer did.
        var wait = Math.Clamp(answer.Delay - ((now - leg.SentAt) / 2), 0, MaxDelay);
        var targets = PunchTargets.Choose(_ground, leg.Introducer, answer.Candidates, isContact: true, out var refused);
        RefusedTargets += refused;
        if (leg.IsOwn && !targets.Contains(leg.Introducer))
            targets.Insert(0, leg.Introducer);
        var mine = Content(CallStatus.Ok, 0, call.Id, call.Secret, onlyPublic: false);
        call.AreBothHard = mine.IsHard && answer.IsHard;
        var key = ProbePacket.DeriveKey(call.Secret, answer.Secret.Span);
        call.Punch = StartPunch(now, call.Id, isCaller: true, key, targets, now + wait, SprayFor(now, call.Key, mine, answer, now + wait), Meeting.Between(_ground, mine, answer), call.Key, call.Working);
        if (call.Punch is null)
            End(now, call);
    }

    private Punch? StartPunch(
        long now, ulong call, bool isCaller, byte[] key, List<Endpoint> targets, long startAt, Spray? spray, Meeting? meeting, X25519PublicKey remote, Action<Endpoint>? working)
    {
        if (_punches.Count >= ReachLimits.MaxPunches || _punches.ContainsKey(call))
            return null;
        var punch = new Punch(
            _ground, call, isCaller, key, targets, startAt, spray,
            at =>
            {
                _sprayed.Remove(remote);
                working?.Invoke(at);
                _ground.Reached(remote, at);
            },
            meeting,
            at => _ground.Meet(remote, at, isCaller));
        _punches.Add(call, punch);
        punch.Tick(now);
        return punch;
    }

    // One side hard, the other not: the rest of the kinds need no more than probes, and two hard ones cannot be helped.
    private Spray? SprayFor(long now, X25519PublicKey key, CallContent mine, CallContent theirs, long startAt)
    {
        if (mine.IsHard == theirs.IsHard || !_callers.IsContact(key) || _punches.Values.Count(punch => punch.HasSpray) >= ReachLimits.MaxSprays)
            return null;
        var role = mine.IsHard ? SprayRole.ManySockets : SprayRole.ManyPorts;
        var target = theirs.Candidates.FirstOrDefault(candidate => candidate.IsIPv4 && IsPublic(candidate) && candidate.Port >= ReachLimits.MinPort);
        if (target == default || !_ground.Networks.MayContact(target) || target.SameAddress(_ground.Wan4 ?? default))
            return null;
        if (role == SprayRole.ManyPorts)
        {
            if (_sprayed.TryGetValue(key, out var until) && now < until)
                return null;
            if (_sprayed.Count >= ReachLimits.MaxPunches)
                _sprayed.Clear();
            _sprayed[key] = now + ReachLimits.SprayInterval;
        }

        return new Spray(role, target, _random, startAt + ReachLimits.SprayAfter, _ground.Sockets, _turns);
    }

    private void End(long now, OutgoingCall call)
    {
        if (!_calls.Remove(call.Id))
            return;
        var result = call.Punch?.ReachedAt is not null ? ReachResult.Direct
            : call.Answer is not null ? call.AreBothHard ? ReachResult.BothHard : ReachResult.NotThrough
            : call.Legs.Exists(leg => leg.Refusal == ReachRefusal.Rate) ? ReachResult.Busy
            : call.Legs.Exists(leg => leg.Refusal == ReachRefusal.UnknownHandle) ? ReachResult.UnknownHandle
            : ReachResult.NoAnswer;
        call.Dispose();
        call.Done(new ReachOutcome(result, call.Punch?.First, now - call.StartedAt) { TakesCircuits = call.Answer?.TakesCircuits });
    }
}
