using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// How requests about our own boxes travel (docs/protocol/mailbox.md, "Passing on"): through somebody else, through another where that one fails or is slow, and straight only where those who pass on cannot be
/// had. A holder cannot bring that about: what it does not answer is not asked straight. Sans-IO, for one thread at a time; times are unix milliseconds.
/// </summary>
internal sealed class PassRoutes(IPassRoutesWorld world, IRandom random)
{
    private readonly PassOrder _order = new(world, random);
    private readonly HolderManners _manners = new();
    private readonly Dictionary<Endpoint, long> _heard = []; // when each who passes on last answered anything
    private readonly PriorityQueue<PassCall, long> _patience = new();
    private readonly List<(PassCall Call, long Until)> _held = [];
    private long _heldAt = long.MaxValue; // when those that are held are looked at again
    private long _startedUntil; // until when too few may be known because we have just come

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => Math.Min(_heldAt, _patience.TryPeek(out _, out var at) ? at : long.MaxValue);

    /// <summary>Requests that went straight, and that went through somebody.</summary>
    public (long Straight, long Passed) Sent { get; private set; }

    /// <summary>The holders of a box, nearest first.</summary>
    public void Found(BoxAddress box, IEnumerable<Endpoint> holders) => _order.Found(box, holders);

    /// <summary>The network is another one: nothing is held against anybody, and who is there shows soon.</summary>
    public void NetworkChanged(long now)
    {
        _manners.Forgive();
        _startedUntil = now + PassLimits.StartPatience;
    }

    /// <summary>Asks a holder; the call is told of one answer or failure, with news of any number of answers until a failure.</summary>
    public void Ask(long now, PassCall call)
    {
        if (_startedUntil == 0)
            _startedUntil = now + PassLimits.StartPatience;
        if (world.IsSelf(call.Holder.At) || call.Box is null)
            Straight(now, call);
        else if (!TryStart(now, call))
            Hold(now, call, world.KeyOf(call.Holder.At) is null ? now + PassLimits.StartPatience : _startedUntil);
    }

    /// <summary>Nothing is told of a call any more.</summary>
    public void Drop(PassCall call)
    {
        call.IsOver = true;
        foreach (var way in call.Ways)
            Leave(way);
        call.Ways.Clear();
    }

    /// <summary>Tries others for those that have waited too long.</summary>
    public void Tick(long now)
    {
        if (_heldAt <= now)
            Release(now);
        while (_patience.TryPeek(out var call, out var at) && at <= now)
        {
            _patience.Dequeue();
            if (!call.IsOver && !call.IsAnswered)
                Hurry(now, call);
        }
    }

    // Who passes on is not known yet, or the holder's key is not: that comes soon, or never.
    private void Hold(long now, PassCall call, long until)
    {
        if (now >= until)
        {
            Straight(now, call);
            return;
        }

        _held.Add((call, until));
        _heldAt = Math.Min(_heldAt, now + PassLimits.HeldPause);
    }

    private void Release(long now)
    {
        var held = _held.ToArray();
        _held.Clear();
        _heldAt = long.MaxValue;
        foreach (var (call, until) in held)
        {
            if (call.IsOver || TryStart(now, call))
                continue;
            // A holder must not be asked straight because it says that it cannot open what is sealed.
            if (now >= until && world.KeyOf(call.Holder.At) is null && !call.Holder.IsPreferred)
                Fail(now, call, AskFailure.Unreachable);
            else
                Hold(now, call, until);
        }
    }

    private void Hurry(long now, PassCall call)
    {
        foreach (var way in call.Ways)
        {
            if (way.Seal is null)
                return;
            if (_heard.GetValueOrDefault(way.At) < way.AskedAt && !_manners.IsAvoided(new HolderHandle(way.At), now))
                _manners.Failed(new HolderHandle(way.At), now);
        }

        // Where there is none left to try, those that are under way are waited for: slow is no reason to ask straight.
        _ = TryStart(now, call);
    }

    private bool TryStart(long now, PassCall call)
    {
        if (call.Tried.Count >= PassLimits.Tries || world.KeyOf(call.Holder.At) is not { } key)
            return false;
        var untried = _order.For(now, call.Box!.Value, call.Holder.At);
        untried.RemoveAll(call.Tried.Contains);
        if (untried.Count == 0)
            return false;
        var at = untried.FindIndex(one => !_manners.IsAvoided(new HolderHandle(one), now));
        Start(now, call, untried[Math.Max(at, 0)], key);
        return true;
    }

    private void Start(long now, PassCall call, Endpoint through, X25519PublicKey key)
    {
        var seal = new PassSeal(key, call.Request, random);
        var way = new PassWay(through, seal, now);
        way.Asked = new HolderRequest(
            new PassRequest(call.Holder.At, default) { HasNews = call.KeepsOn, Seal = seal.Seal }, (later, answer, failure) => Answered(later, call, way, answer?.Answer, failure), call.KeepsOn)
        {
            Patience = PassLimits.Patience,
            Opens = answer => Open(seal, answer),
        };
        call.Tried.Add(through);
        call.Ways.Add(way);
        Sent = (Sent.Straight, Sent.Passed + 1);
        _patience.Enqueue(call, now + Math.Max(PassLimits.LeastPatience, _manners.Patience(new HolderHandle(through), call.Bytes)));
        world.Ask(through, way.Asked);
    }

    private void Straight(long now, PassCall call)
    {
        var way = new PassWay(call.Holder.At, null, now);
        way.Asked = new HolderRequest(call.Request, (later, answer, failure) => Answered(later, call, way, answer?.Answer, failure), call.KeepsOn);
        call.Ways.Add(way);
        Sent = (Sent.Straight + 1, Sent.Passed);
        world.Ask(call.Holder.At, way.Asked);
    }

    // What is sealed is opened where it comes in; what whoever passes on says itself stays as it is.
    private static MailboxAnswer? Open(PassSeal seal, MailboxAnswer answer) => answer switch
    {
        PassAnswer { Code: DropCode.Done } done => seal.TryOpen(done.Sealed, out var opened) && opened is WelcomeAnswer or PutAnswer or EntriesAnswer or DeleteAnswer ? opened : null,
        PassAnswer => answer,
        _ => null,
    };

    private void Answered(long now, PassCall call, PassWay way, MailboxAnswer? answer, AskFailure failure)
    {
        if (call.IsOver || !call.Ways.Contains(way))
            return;
        if (way.Seal is not null && answer is not null)
            Heard(now, way);
        if (answer is not null and not PassAnswer)
            Take(now, call, way, answer);
        else if (call.IsAnswered || way.Seal is null)
            Fail(now, call, answer is null ? failure : AskFailure.Ended);
        else
            Miss(now, call, way, (answer as PassAnswer)?.Code, failure);
    }

    private void Heard(long now, PassWay way)
    {
        if (_heard.Count >= ClientLimits.Remembered)
            _heard.Clear();
        _heard[way.At] = now;
        _manners.Answered(new HolderHandle(way.At), now - way.AskedAt);
    }

    private void Take(long now, PassCall call, PassWay way, MailboxAnswer answer)
    {
        if (!call.IsAnswered)
        {
            call.IsAnswered = true;
            foreach (var other in call.Ways)
            {
                if (other != way)
                    Leave(other);
            }

            call.Ways.RemoveAll(other => other != way);
        }

        // News that were refused do not go on.
        if (!call.KeepsOn || answer is not EntriesAnswer { Code: DropCode.Done })
            Drop(call);
        call.Told(now, answer, AskFailure.None);
    }

    // A way has come to nothing.
    private void Miss(long now, PassCall call, PassWay way, DropCode? code, AskFailure failure)
    {
        call.Ways.Remove(way);
        Leave(way);
        switch (code)
        {
            case DropCode.Signature:
                world.KeyFailed(now, call.Holder.At);
                Fail(now, call, AskFailure.Crowded);
                return;
            case DropCode.Unknown or DropCode.Silent:
            case null when failure == AskFailure.Broken:
                call.Witnesses++;
                break;
            default:
                _manners.Failed(new HolderHandle(way.At), now);
                break;
        }

        if (call.Witnesses >= PassLimits.Witnesses)
        {
            Doubt(now, call);
            return;
        }

        if (call.Ways.Count > 0 || TryStart(now, call))
            return;
        if (call.Witnesses > 0)
            Doubt(now, call);
        else if (call.CanWait)
            Fail(now, call, AskFailure.Crowded);
        else
            Straight(now, call);
    }

    // It is the holder that does not answer. One that people chose by name need not be known to others.
    private void Doubt(long now, PassCall call)
    {
        if (!call.Holder.IsPreferred)
        {
            Fail(now, call, AskFailure.Unreachable);
            return;
        }

        foreach (var way in call.Ways)
            Leave(way);
        call.Ways.Clear();
        Straight(now, call);
    }

    private void Fail(long now, PassCall call, AskFailure failure)
    {
        Drop(call);
        call.Told(now, null, failure);
    }

    private void Leave(PassWay way)
    {
        world.Drop(way.At, way.Asked!);
        way.Seal?.Dispose();
    }
}
