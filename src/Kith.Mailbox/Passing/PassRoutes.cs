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
/// <param name="world">Who there is, and how they are asked.</param>
/// <param name="random">The randomness.</param>
/// <param name="orderSecret">What the order of those who pass on is drawn by, 32 bytes; null draws one for this run.</param>
internal sealed partial class PassRoutes(IPassRoutesWorld world, IRandom random, byte[]? orderSecret = null)
{
    private static readonly long LateAnswer = (long)(PassLimits.HolderPatience.TotalMilliseconds * 0.8);

    private readonly PassOrder _order = new(world, orderSecret ?? random.NextBytes(Sha256.HashSize));
    private readonly HolderManners _manners = new();
    private readonly Dictionary<Endpoint, long> _heard = []; // when each who passes on last answered anything
    private readonly PriorityQueue<PassCall, long> _patience = new();
    private readonly List<(PassCall Call, long Until)> _held = [];
    private readonly HashSet<PassCall> _standing = []; // news that go on
    private int? _length; // through how many what must never go straight went last; 0 where it might
    private long _heldAt = long.MaxValue; // when those that are held are looked at again
    private long _startedUntil; // until when too few may be known because we have just come

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => Math.Min(Math.Min(_heldAt, _length > 1 ? _order.Guards.NextDeadline : long.MaxValue), _patience.TryPeek(out _, out var at) ? at : long.MaxValue);

    /// <summary>Those that see our address where a request goes through several, and those that did and were useless; and a number that is another when they are.</summary>
    public (IReadOnlyList<Endpoint> All, IReadOnlyList<Endpoint> Useless, int Version) Guards => (_order.Guards.All, _order.Guards.Useless, _order.Guards.Version);

    /// <summary>Takes the guards of an earlier run.</summary>
    public void Restore(long now, SavedGuards guards) => _order.Guards.Restore(now, guards.Guards, guards.Useless);

    /// <summary>The order is drawn by another secret: guards are chosen anew.</summary>
    public void Renew(byte[] order) => _order.Renew(order);

    /// <summary>A session of ours to a node could not be made, or has failed.</summary>
    public void SessionFailed(long now, Endpoint at) => _order.Guards.Failed(now, at);

    /// <summary>
    /// Looks whether what is about a box may go another way than before: news that stand and go straight, or through more or fewer than they should, end, and are asked for anew. True where what went straight must not any more.
    /// </summary>
    public bool Notice(long now)
    {
        var length = HiddenLength;
        var before = _length;
        _length = length;
        if (before is null || before == length || length == 0)
            return false;
        foreach (var call in _standing.ToArray())
            Fail(now, call, AskFailure.Withdrawn);
        return before == 0;
    }

    private int Length => Math.Clamp(Passers(), 1, PassLimits.MostPassers);

    private int HiddenLength => NeverStraight() ? Length : 0;

    /// <summary>Whether what is about a box never goes straight: it fails instead, and is asked again later.</summary>
    public Func<bool> NeverStraight { get; init; } = static () => false;

    /// <summary>How long one way may take in all.</summary>
    public TimeSpan Patience { get; init; } = PassLimits.Patience;

    /// <summary>The least time after which a request is tried another way too, milliseconds.</summary>
    public long LeastPatience { get; init; } = PassLimits.LeastPatience;

    /// <summary>Through how many nodes what must never go straight goes.</summary>
    public Func<int> Passers { get; init; } = static () => PassLimits.Passers;

    /// <summary>Requests that went straight, and that went through somebody.</summary>
    public (long Straight, long Passed) Sent { get; private set; }

    /// <summary>All that may pass on, in the order in which they are used.</summary>
    public IReadOnlyList<Endpoint> InOrder(long now) => _order.All(now);

    /// <summary>The holders of a box, nearest first.</summary>
    public void Found(BoxAddress box, IEnumerable<Endpoint> holders) => _order.Found(box, holders);

    /// <summary>The network is another one: nothing is held against anybody, and who is there shows soon.</summary>
    public void NetworkChanged(long now)
    {
        _manners.Forgive();
        _order.Guards.NetworkChanged();
        _startedUntil = now + PassLimits.StartPatience;
    }

    /// <summary>A node answered, whatever it was asked: we are on a network.</summary>
    public void Heard(long now) => _order.Guards.Heard(now);

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
        _standing.Remove(call);
        foreach (var way in call.Ways)
            Leave(way);
        call.Ways.Clear();
    }

    /// <summary>Tries others for those that have waited too long.</summary>
    public void Tick(long now)
    {
        if (_length > 1)
            _order.Guards.Tick(now);
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
            if (way.Layers is null)
                return;
            if (_heard.GetValueOrDefault(way.At) < way.AskedAt && !_manners.IsAvoided(new HolderHandle(way.At), now))
                _manners.Failed(new HolderHandle(way.At), now);
        }

        // Where there is none left to try, those that are under way are waited for: slow is no reason to ask straight.
        _ = TryStart(now, call);
    }

    private bool TryStart(long now, PassCall call)
    {
        if (call.Tries >= PassLimits.Tries || world.KeyOf(call.Holder.At) is not { } key)
            return false;
        var isHidden = NeverStraight();
        if (isHidden && Length is var length and > 1)
            return TryChain(now, call, key, length);
        var untried = _order.For(now, call.Box!.Value, call.Holder.At, isHidden ? 1 : PassLimits.Fewest);
        untried.RemoveAll(call.Tried.Contains);
        if (untried.Count == 0)
            return false;
        var at = untried.FindIndex(one => !_manners.IsAvoided(new HolderHandle(one), now));
        var through = untried[Math.Max(at, 0)];
        Start(now, call, [through], firstKey: null, PassLayers.Through(call.Holder.At, key, call.Request, call.KeepsOn, random));
        return true;
    }

    private bool TryChain(long now, PassCall call, X25519PublicKey key, int length)
    {
        var chain = _order.Chain(now, call.Box!.Value, call.Holder.At, length, now >= _startedUntil, call.Tried.Contains, one => _manners.IsAvoided(new HolderHandle(one), now));
        // Just after the start more will be known soon.
        if (chain.Count < length && now < _startedUntil)
            return false;
        var keys = new List<(Endpoint, X25519PublicKey)>(chain.Count);
        foreach (var one in chain)
        {
            if (world.KeyOf(one) is not { } its)
                return false;
            keys.Add((one, its));
        }

        // Where all have been tried, there is no other way.
        if (chain.Count == 0 || chain.All(call.Tried.Contains))
            return false;
        Start(now, call, chain, keys[0].Item2, PassLayers.Through(keys, call.Holder.At, key, call.Request, call.KeepsOn, _order.Raised(call.Box.Value, call.Holder.At), random));
        return true;
    }

    private void Start(long now, PassCall call, IReadOnlyList<Endpoint> chain, X25519PublicKey? firstKey, PassLayers layers)
    {
        var way = new PassWay(chain, call.Holder.At, layers, now) { FirstKey = firstKey, HiddenLength = HiddenLength };
        way.Asked = new HolderRequest(layers.Asked, (later, answer, failure) => Answered(later, call, way, answer?.Answer, failure), call.KeepsOn)
        {
            Patience = Patience,
            Opens = answer => Open(layers, answer),
        };
        call.Tries++;
        call.Tried.AddRange(chain);
        call.Ways.Add(way);
        Sent = (Sent.Straight, Sent.Passed + 1);
        _patience.Enqueue(call, now + Math.Max(LeastPatience, _manners.Patience(new HolderHandle(way.At), call.Bytes)));
        world.Ask(way.At, way.Asked);
    }

    private void Straight(long now, PassCall call)
    {
        var isSelf = world.IsSelf(call.Holder.At);
        if (NeverStraight() && call.Box is not null && !(isSelf && world.OwnKey is not null))
        {
            Fail(now, call, AskFailure.Crowded);
            return;
        }

        var way = new PassWay([], call.Holder.At, null, now) { HiddenLength = HiddenLength };
        way.Asked = new HolderRequest(call.Request, (later, answer, failure) => Answered(later, call, way, answer?.Answer, failure), call.KeepsOn)
        {
            // Where we are is said by others: whoever else is there must not hear what is only for ourselves.
            OnlyTo = isSelf ? world.OwnKey : null,
        };
        call.Ways.Add(way);
        Sent = (Sent.Straight + 1, Sent.Passed);
        world.Ask(call.Holder.At, way.Asked);
    }
}
