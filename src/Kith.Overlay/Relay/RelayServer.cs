using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>
/// Carries circuits of others: one comes about only after the caller proved its address, this node had room and its owner's consent, and the receiver, registered here with consent,
/// said yes to this very one. Nothing of it is written down. Without I/O, for one thread.
/// </summary>
internal sealed class RelayServer(RelayGround ground)
{
    private readonly RelayAdmission _admission = new(ground);
    private readonly List<ServedCircuit> _circuits = [];
    private readonly List<PendingCircuit> _pending = [];
    private readonly Dictionary<RelayRefusal, long> _refused = [];
    private long _sweepAt = long.MaxValue;

    /// <summary>Circuits carried.</summary>
    public int Count => _circuits.Count;

    /// <summary>Refusals since the start, by reason.</summary>
    public IReadOnlyDictionary<RelayRefusal, long> Refused => _refused;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Somebody wants a circuit.</summary>
    public void TakeOpen(long now, Endpoint from, in RelayMessage open)
    {
        if (!ground.Serves)
        {
            Refuse(from, open.Id, RelayRefusal.NotServing);
            return;
        }

        // Before the caller has shown that it is where it says, nothing is kept and nobody else is troubled.
        if (!ground.Tokens.Verify(now, from, open.Token))
        {
            ground.Challenge(now, from, open.Id);
            return;
        }

        var id = open.Id;
        if (_circuits.Find(one => one.Transaction == id && one.AskedFrom == from) is { } open1)
        {
            TellCaller(now, open1);
            return;
        }

        if (_pending.Exists(one => one.Transaction == id && one.Caller == from))
            return;
        var why = _admission.Check(now, from, open.Handle, _circuits, _pending, out var registrant);
        if (why != RelayRefusal.None)
        {
            Refuse(from, id, why);
            return;
        }

        var pending = new PendingCircuit(id, from, registrant.At, ground.NextId(), open.Handle.ToArray(), _admission.PrefixOf(from), now);
        _pending.Add(pending);
        Offer(now, pending);
        Rearm(now);
    }

    /// <summary>The receiver says yes.</summary>
    public void TakeAccept(long now, Endpoint from, in RelayMessage accept)
    {
        if (Answered(from, accept.Id) is { } pending)
        {
            _pending.Remove(pending);
            var circuit = new ServedCircuit(NewEnd(pending.Caller), NewEnd(pending.Registrant), pending.Transaction, pending.Caller, pending.Prefix, now)
            {
                RegisteredAt = pending.Registrant,
                Echo = accept.Token.ToArray(),
                OfferTransaction = pending.Offered,
            };
            _circuits.Add(circuit);
            ground.Table.Add(circuit);
            TellRegistrant(now, circuit);
            TellCaller(now, circuit);
            Rearm(now);
        }
    }

    /// <summary>The receiver says no.</summary>
    public void TakeRefuse(Endpoint from, in RelayMessage refuse)
    {
        if (Answered(from, refuse.Id) is not { } pending)
            return;
        _pending.Remove(pending);
        // Of what a receiver can say, the caller is told; anything else is one of these two to it.
        Refuse(pending.Caller, pending.Transaction, refuse.Code == (byte)RelayRefusal.Busy ? RelayRefusal.Busy : RelayRefusal.NoConsent);
    }

    /// <summary>An end says that it is still there, perhaps at another address; false when no such circuit is carried.</summary>
    public bool TryTakeKeep(long now, Endpoint from, in RelayMessage keep)
    {
        if (ground.Table.Find(keep.Id) is not { } end)
            return false;
        Span<byte> tag = stackalloc byte[RelayMessage.TagSize];
        RelayMessage.Authenticate(end.Key, keep.Id, keep.Counter, keep.Token, keep.Code, tag);
        // An old one played again must not pull the circuit back to where the end was.
        if (!Crypto.ConstantTime.Equals(tag, keep.Tag) || keep.Counter <= end.Counter)
            return true;
        if (from != end.At)
        {
            // The key alone does not make an address the sender's: its owner could aim the other end's packets at anybody.
            if (!ground.Tokens.Verify(now, from, keep.Token))
            {
                ground.Challenge(now, from, keep.Id);
                return true;
            }

            ground.Table.Move(end, from);
        }

        end.Counter = keep.Counter;
        var circuit = end.Circuit;
        if (end == circuit.Registrant)
            circuit.NextTelling = long.MaxValue;
        if (keep.Code != 0 && circuit.EndsAt - now < RelayLimits.MaxTime / 2 && _circuits.Count <= RelayLimits.MaxRenewed)
            circuit.EndsAt = now + RelayLimits.MaxTime;
        ground.Send(from, new RelayMessage { Type = RelayMessageType.Kept, Id = keep.Id, Counter = keep.Counter, Seconds = SecondsLeft(now, circuit) });
        return true;
    }

    /// <summary>An end wants no more of it; false when no such circuit is carried.</summary>
    public bool TryTakeClose(Endpoint from, in RelayMessage close)
    {
        if (ground.Table.Find(close.Id) is not { } end)
            return false;
        if (end.At == from)
            End(end.Circuit, (RelayRefusal)close.Code, end.Other);
        return true;
    }

    /// <summary>Ends everything: consent was taken back, or the node stops.</summary>
    public void EndAll(RelayRefusal why)
    {
        foreach (var circuit in _circuits.ToArray())
            End(circuit, why, circuit.Caller, circuit.Registrant);
        foreach (var pending in _pending)
            Refuse(pending.Caller, pending.Transaction, why == RelayRefusal.TurnedOff ? RelayRefusal.NotServing : why);
        _pending.Clear();
        NextDeadline = long.MaxValue;
    }

    /// <summary>Ends what is over, and says again what was not answered.</summary>
    public void Tick(long now)
    {
        foreach (var pending in _pending.Where(one => one.NextOffer <= now).ToArray())
        {
            if (now < pending.Deadline)
            {
                Offer(now, pending);
                continue;
            }

            _pending.Remove(pending);
            Refuse(pending.Caller, pending.Transaction, RelayRefusal.NoAnswer);
        }

        _sweepAt = long.MaxValue;
        foreach (var circuit in _circuits.ToArray())
            Look(now, circuit);
        Rearm(now);
    }

    private void Look(long now, ServedCircuit circuit)
    {
        if (now >= circuit.EndsAt)
            End(circuit, RelayRefusal.Expired, circuit.Caller, circuit.Registrant);
        else if (now - circuit.UsedAt >= RelayLimits.IdleTime)
            End(circuit, RelayRefusal.Idle, circuit.Caller, circuit.Registrant);
        else if (circuit.NextTelling <= now && now - circuit.OpenedAt >= RelayLimits.AnswerTime)
            End(circuit, RelayRefusal.NoAnswer, circuit.Caller);
        else if (circuit.NextTelling <= now)
            TellRegistrant(now, circuit);
    }

    private PendingCircuit? Answered(Endpoint from, ulong id) => _pending.Find(one => one.Offered == id && one.Registrant == from);

    private ServedEnd NewEnd(Endpoint at)
    {
        ulong id;
        do
            id = ground.NextId();
        while (ground.Table.Find(id) is not null);
        return new ServedEnd(id, Crypto.RandomExtensions.NextBytes(ground.Random, RelayMessage.KeySize), at);
    }

    private void Offer(long now, PendingCircuit pending)
    {
        pending.NextOffer = Math.Min(now + pending.Retry, pending.Deadline);
        pending.Retry = Math.Min(2 * pending.Retry, RelayLimits.MaxRetry);
        ground.Send(pending.Registrant, new RelayMessage { Type = RelayMessageType.Offer, Id = pending.Offered, Handle = pending.Handle });
    }

    private void TellRegistrant(long now, ServedCircuit circuit)
    {
        circuit.NextTelling = now + circuit.Retry;
        circuit.Retry = Math.Min(2 * circuit.Retry, RelayLimits.MaxRetry);
        Tell(now, circuit, circuit.Registrant, circuit.OfferTransaction, circuit.Echo);
    }

    private void TellCaller(long now, ServedCircuit circuit) => Tell(now, circuit, circuit.Caller, circuit.Transaction, []);

    private void Tell(long now, ServedCircuit circuit, ServedEnd end, ulong transaction, ReadOnlySpan<byte> echo) => ground.Send(end.At, new RelayMessage
    {
        Type = RelayMessageType.Opened,
        Id = transaction,
        Token = echo,
        Circuit = end.Id,
        Key = end.Key,
        Seconds = SecondsLeft(now, circuit),
    });

    private static uint SecondsLeft(long now, ServedCircuit circuit) => (uint)Math.Max(0, (circuit.EndsAt - now) / 1000);

    private void End(ServedCircuit circuit, RelayRefusal why, params ReadOnlySpan<ServedEnd> told)
    {
        _circuits.Remove(circuit);
        ground.Table.Remove(circuit);
        foreach (var end in told)
            ground.Close(end.At, end.Id, why);
    }

    private void Refuse(Endpoint to, ulong id, RelayRefusal why)
    {
        _refused[why] = _refused.GetValueOrDefault(why) + 1;
        ground.Refuse(to, id, why);
    }

    private void Rearm(long now)
    {
        var next = _pending.Count == 0 ? long.MaxValue : _pending.Min(static one => one.NextOffer);
        foreach (var circuit in _circuits)
            next = Math.Min(next, circuit.NextTelling);
        // Idle circuits and those whose time is over are found by a look now and then.
        if (_circuits.Count > 0)
            next = Math.Min(next, _sweepAt = Math.Min(_sweepAt, now + RelayLimits.SweepInterval));
        NextDeadline = next;
    }
}
