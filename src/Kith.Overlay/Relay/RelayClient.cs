using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>Uses circuits: asks relays for them, takes those that others ask for, keeps them awake and follows them when our address changes. Without I/O, for one thread.</summary>
internal sealed class RelayClient(RelayGround ground, ICircuitPaths paths)
{
    private readonly List<OpeningCircuit> _opening = [];
    private readonly List<CircuitEnd> _ends = [];

    /// <summary>Circuits that end here.</summary>
    public int Count => _ends.Count;

    /// <summary>Relays that are used, or asked.</summary>
    public IEnumerable<Endpoint> Relays => _ends.Select(static end => end.Relay).Concat(_opening.Select(static opening => opening.Relay));

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Asks a relay for a circuit.</summary>
    /// <returns>What <see cref="Cancel"/> takes; null when it was refused at once.</returns>
    public OpeningCircuit? Open(long now, Endpoint relay, ReadOnlySpan<byte> handle, Action<CircuitResult> done)
    {
        var why = !ground.Uses ? RelayRefusal.Off
            : !ground.Networks.MayContact(relay) ? RelayRefusal.Address
            : _opening.Count >= RelayLimits.MaxOpening || _opening.Count + _ends.Count >= RelayLimits.MaxUsed ? RelayRefusal.TooMany
            : RelayRefusal.None;
        if (why != RelayRefusal.None)
        {
            done(new CircuitResult(null, why));
            return null;
        }

        var opening = new OpeningCircuit(ground.NextId(), relay, handle.ToArray(), done, now);
        _opening.Add(opening);
        Ask(now, opening);
        Rearm();
        return opening;
    }

    /// <summary>Not wanted any more; nobody is told, and a circuit that comes all the same is closed.</summary>
    public void Cancel(OpeningCircuit opening) => _opening.Remove(opening);

    /// <summary>Ends a circuit that is not needed any more.</summary>
    public void Close(Endpoint path)
    {
        if (_ends.Find(one => one.Path == path) is { } end)
            End(end, RelayRefusal.None, isTold: true);
    }

    /// <summary>Ends everything: consent was taken back, or the node stops.</summary>
    public void EndAll(RelayRefusal why)
    {
        foreach (var end in _ends.ToArray())
            End(end, why, isTold: true);
        foreach (var opening in _opening.ToArray())
            Finish(opening, RelayRefusal.Off);
        NextDeadline = long.MaxValue;
    }

    /// <summary>Our address may be another: every relay is told at once.</summary>
    public void NetworkChanged(long now)
    {
        foreach (var end in _ends)
            (end.NextKeep, end.Retry, end.AskedAt) = (now, RelayLimits.FirstRetry, null);
        Rearm();
    }

    /// <summary>A relay wants to see that we are where we say.</summary>
    public void TakeChallenge(long now, Endpoint from, in RelayMessage challenge)
    {
        var id = challenge.Id;
        if (_opening.Find(one => one.Transaction == id && one.Relay == from) is { HasToken: false } opening)
        {
            challenge.Token.CopyTo(opening.Token);
            opening.HasToken = true;
            Ask(now, opening);
        }
        else if (Find(from, id) is { AskedAt: not null } end && !challenge.Token.SequenceEqual(end.Token))
        {
            challenge.Token.CopyTo(end.Token);
            Keep(now, end);
        }
    }

    /// <summary>A relay where we are registered asks whether we take a circuit. Nothing is kept: what we answer with comes back when the relay really is there.</summary>
    public void TakeOffer(long now, Endpoint from, in RelayMessage offer)
    {
        // Of others we want to know nothing: they get no answer, whatever we agreed to.
        if (!ground.Registrations.IsRegisteredWith(from))
            return;
        if (!ground.Uses)
        {
            ground.Refuse(from, offer.Id, RelayRefusal.NoConsent);
            return;
        }

        if (!HasRoom(from))
        {
            ground.Refuse(from, offer.Id, RelayRefusal.Busy);
            return;
        }

        Span<byte> token = stackalloc byte[Walker.AddressTokens.Size];
        ground.Tokens.Write(now, from, token);
        ground.Send(from, new RelayMessage { Type = RelayMessageType.Accept, Id = offer.Id, Token = token });
    }

    /// <summary>A circuit is there: one that we asked for, or one that we accepted.</summary>
    public void TakeOpened(long now, Endpoint from, in RelayMessage opened)
    {
        var id = opened.Id;
        if (Find(from, opened.Circuit) is { } known)
        {
            // Said again: our Keep was lost.
            if (known.IsIncoming && known.AskedAt is not null)
                known.NextKeep = now;
            Rearm();
            return;
        }

        var opening = _opening.Find(one => one.Transaction == id && one.Relay == from);
        var isIncoming = opening is null;
        if (isIncoming && (!ground.Uses || !ground.Registrations.IsRegisteredWith(from) || !ground.Tokens.Verify(now, from, opened.Token) || !HasRoom(from)))
        {
            // One that we gave up, most likely. The relay ends it then; one that forges this learns nothing.
            if (ground.Uses)
                ground.Close(from, opened.Circuit, RelayRefusal.None);
            return;
        }

        var end = new CircuitEnd(from, opened.Circuit, opened.Key.ToArray(), isIncoming, now)
        {
            EndsAt = now + Math.Min(opened.Seconds * 1000L, RelayLimits.MaxTime),
            NextKeep = isIncoming ? now : now + RelayLimits.KeepInterval,
        };
        opening?.Token.CopyTo(end.Token);
        end.Path = paths.Add(end);
        _ends.Add(end);
        ground.Table.Add(end);
        if (opening is not null)
        {
            _opening.Remove(opening);
            opening.Done(new CircuitResult(end.Path, RelayRefusal.None));
        }

        Tick(now);
    }

    /// <summary>A relay refuses.</summary>
    public void TakeRefuse(Endpoint from, in RelayMessage refuse)
    {
        var id = refuse.Id;
        if (_opening.Find(one => one.Transaction == id && one.Relay == from) is { } opening)
            Finish(opening, IsOfWire(refuse.Code) ? (RelayRefusal)refuse.Code : RelayRefusal.NotServing);
    }

    /// <summary>A relay still has our circuit.</summary>
    public void TakeKept(long now, Endpoint from, in RelayMessage kept)
    {
        if (Find(from, kept.Id) is not { AskedAt: not null } end || kept.Counter != end.Counter)
            return;
        end.AskedAt = null;
        end.Retry = RelayLimits.FirstRetry;
        end.NextKeep = now + RelayLimits.KeepInterval;
        end.EndsAt = now + Math.Min(kept.Seconds * 1000L, RelayLimits.MaxTime);
        Rearm();
    }

    /// <summary>A relay ends a circuit.</summary>
    public void TakeClose(Endpoint from, in RelayMessage close)
    {
        if (Find(from, close.Id) is { } end)
            End(end, IsOfWire(close.Code) ? (RelayRefusal)close.Code : RelayRefusal.None, isTold: false);
    }

    /// <summary>A relay got packets of ours from another address than it knows: a NAT between us changed its mind.</summary>
    public void TakeMoved(long now, Endpoint from, in RelayMessage moved)
    {
        if (Find(from, moved.Id) is not { } end || (end.MovedAt != long.MinValue && now - end.MovedAt < RelayLimits.MovedInterval))
            return;
        end.MovedAt = now;
        Keep(now, end);
        Rearm();
    }

    /// <summary>Asks again, keeps awake, and ends what is over.</summary>
    public void Tick(long now)
    {
        foreach (var opening in _opening.ToArray())
        {
            if (now >= opening.Deadline)
                Finish(opening, RelayRefusal.RelaySilent);
            else if (now >= opening.NextAsk)
                Ask(now, opening);
        }

        foreach (var end in _ends.ToArray())
        {
            if (now >= SilentAt(end))
                End(end, RelayRefusal.RelaySilent, isTold: true);
            else if (now >= end.EndsAt)
                End(end, RelayRefusal.Expired, isTold: false);
            else if (now >= end.NextKeep)
                Keep(now, end);
        }

        Rearm();
    }

    // What comes by the circuit shows as well as a Kept that the relay is there.
    private long SilentAt(CircuitEnd end) => end.AskedAt is { } asked ? Math.Max(asked, ground.Table.HeardAt(end)) + RelayLimits.SilentTime : long.MaxValue;

    private static bool IsOfWire(byte code) => code < (byte)RelayRefusal.Off;

    private CircuitEnd? Find(Endpoint relay, ulong id) => _ends.Find(one => one.Id == id && one.Relay == relay);

    private bool HasRoom(Endpoint relay) =>
        _opening.Count + _ends.Count < RelayLimits.MaxUsed && _ends.Count(one => one.IsIncoming && one.Relay == relay) < RelayLimits.MaxIncomingPerRelay;

    private void Ask(long now, OpeningCircuit opening)
    {
        opening.NextAsk = Math.Min(now + opening.Retry, opening.Deadline);
        opening.Retry = Math.Min(2 * opening.Retry, RelayLimits.MaxRetry);
        ground.Send(opening.Relay, new RelayMessage { Type = RelayMessageType.Open, Id = opening.Transaction, Handle = opening.Handle, Token = opening.Token });
    }

    private void Keep(long now, CircuitEnd end)
    {
        end.AskedAt ??= now;
        end.NextKeep = now + end.Retry;
        end.Retry = Math.Min(2 * end.Retry, RelayLimits.MaxRetry);
        end.Counter++;
        var code = (byte)(end.EndsAt - now < RelayLimits.RenewBefore ? 1 : 0);
        Span<byte> tag = stackalloc byte[RelayMessage.TagSize];
        RelayMessage.Authenticate(end.Key, end.Id, end.Counter, end.Token, code, tag);
        ground.Send(end.Relay, new RelayMessage { Type = RelayMessageType.Keep, Id = end.Id, Counter = end.Counter, Token = end.Token, Code = code, Tag = tag });
    }

    private void End(CircuitEnd end, RelayRefusal why, bool isTold)
    {
        _ends.Remove(end);
        ground.Table.Remove(end);
        paths.Remove(end.Path, why);
        if (isTold)
            ground.Close(end.Relay, end.Id, why);
        if (why is RelayRefusal.RelaySilent or RelayRefusal.UnknownCircuit)
            ground.Registrations.Suspect(end.Relay);
    }

    private void Finish(OpeningCircuit opening, RelayRefusal why)
    {
        if (_opening.Remove(opening))
            opening.Done(new CircuitResult(null, why));
    }

    private void Rearm()
    {
        var next = long.MaxValue;
        foreach (var opening in _opening)
            next = Math.Min(next, opening.NextAsk);
        foreach (var end in _ends)
            next = Math.Min(next, Math.Min(SilentAt(end), Math.Min(end.NextKeep, end.EndsAt)));
        NextDeadline = next;
    }
}
