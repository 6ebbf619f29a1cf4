using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Paths;

namespace Kith.Forwarding.Meeting;

/// <summary>
/// Keeps sessions to three forwarders over which packets come to us (docs/protocol/paths.md, "Guards"): the only ones that need to know our address for that. They stay the same while they can be had: whoever changed them often would meet a
/// bad one sooner. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class GuardKeeper(IGuardWorld world, PathChooser chooser, ForwarderBook book)
{
    private readonly List<Guard> _guards = [];
    private bool _isOn;
    private long _drawAt = long.MaxValue;
    private List<ForwarderDescriptor> _former = []; // those given up last: not to be taken again where there are others

    /// <summary>Those that there is a session with.</summary>
    public IReadOnlyList<GuardSession> Live { get; private set; } = [];

    /// <summary>All of them, whether they are there or not.</summary>
    public IEnumerable<ForwarderDescriptor> All => _guards.Select(static one => one.Node);

    /// <summary>Another number each time that they are others.</summary>
    public int Version { get; private set; }

    /// <summary>What a candidate must be besides; null for nothing.</summary>
    public Func<KnownForwarder, bool>? Usable { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            var next = _drawAt;
            foreach (var guard in _guards)
                next = Math.Min(next, guard.RetryAt);
            return next;
        }
    }

    /// <summary>Whether guards are wanted.</summary>
    public void Set(long now, bool isOn)
    {
        _isOn = isOn;
        if (!isOn)
        {
            foreach (var guard in _guards.ToArray())
                Remove(now, guard);
        }

        _drawAt = isOn ? now : long.MaxValue;
    }

    /// <summary>Another forwarder is known: it may be what was missing.</summary>
    public void BookChanged(long now)
    {
        if (_isOn && _guards.Count < MeetingLimits.Guards)
            _drawAt = Math.Min(_drawAt, now);
    }

    /// <summary>Guards of an earlier run come first.</summary>
    public void Restore(long now, IEnumerable<ForwarderDescriptor> nodes)
    {
        foreach (var node in nodes)
        {
            if (_guards.Count < MeetingLimits.Guards && _guards.TrueForAll(guard => guard.Node.Key != node.Key))
                Add(now, new Guard(node) { IsRestored = true });
        }
    }

    /// <summary>Takes others, as far as there are: contacts were told who these are.</summary>
    public void Renew(long now)
    {
        _former = [.. _guards.Select(static guard => guard.Node)];
        foreach (var guard in _guards.ToArray())
            Remove(now, guard);
        _drawAt = _isOn ? now : long.MaxValue;
    }

    /// <summary>There is a session with a guard.</summary>
    public void Connected(long now, X25519PublicKey node, X25519PublicKey sessionKey)
    {
        if (Find(node) is not { } guard)
            return;
        (guard.SessionKey, guard.RetryAt, guard.DownSince, guard.Pause, guard.IsRestored) = (sessionKey, long.MaxValue, null, 0, false);
        Change(now);
    }

    /// <summary>There is no session with a guard: it could not be made, or has ended.</summary>
    public void Lost(long now, X25519PublicKey node)
    {
        if (Find(node) is not { } guard)
            return;
        var wasLive = guard.SessionKey is not null;
        guard.SessionKey = null;
        guard.DownSince ??= now;
        guard.Pause = Math.Clamp(guard.Pause * 2, MeetingLimits.FirstReconnect, MeetingLimits.LastReconnect);
        guard.RetryAt = now + (wasLive ? 0 : guard.Pause);
        chooser.Failed(now, [node], now);
        Change(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        foreach (var guard in _guards.Where(one => one.RetryAt <= now).ToList())
        {
            // While nobody at all was found again it is not the guard that is missing.
            if (guard.IsRestored && book.View(now).Count == 0)
                guard.DownSince = now;
            if (guard.DownSince is { } since && now - since >= (guard.IsRestored ? MeetingLimits.RestoredPatience : MeetingLimits.GuardPatience))
            {
                Remove(now, guard);
                (_former, _drawAt) = ([guard.Node], now);
                continue;
            }

            guard.RetryAt = long.MaxValue;
            world.Connect(guard.Node = book.Find(guard.Node.Key)?.Descriptor ?? guard.Node);
        }

        if (_drawAt <= now)
            Draw(now);
    }

    private void Draw(long now)
    {
        _drawAt = long.MaxValue;
        while (_isOn && _guards.Count < MeetingLimits.Guards)
        {
            var without = new PathExclusions();
            foreach (var guard in _guards)
                without.Add(guard.Node.Key, book.GroupOf(guard.Node));
            var others = new PathExclusions().Add(without);
            foreach (var former in _former)
                others.Add(former.Key, book.GroupOf(former));
            if ((chooser.TryDraw(now, 1, others, Usable) ?? chooser.TryDraw(now, 1, without, Usable)) is not { } drawn)
            {
                _drawAt = now + MeetingLimits.LastReconnect;
                return;
            }

            Add(now, new Guard(drawn[0].Descriptor));
        }
    }

    private void Add(long now, Guard guard)
    {
        Version++;
        guard.DownSince = now;
        _guards.Add(guard);
        world.Connect(guard.Node);
    }

    private void Remove(long now, Guard guard)
    {
        Version++;
        _guards.Remove(guard);
        world.Disconnect(guard.Node.Key);
        Change(now);
    }

    private void Change(long now)
    {
        Live = [.. _guards.Where(static one => one.SessionKey is not null).Select(static one => new GuardSession(one.Node, one.SessionKey!.Value))];
        world.GuardsChanged(now);
    }

    private Guard? Find(X25519PublicKey node) => _guards.Find(guard => guard.Node.Key == node);

    private sealed class Guard(ForwarderDescriptor node)
    {
        public ForwarderDescriptor Node { get; set; } = node;

        /// <summary>Whether it is of an earlier run and was not had in this one.</summary>
        public bool IsRestored { get; set; }

        public X25519PublicKey? SessionKey { get; set; }

        public long RetryAt { get; set; } = long.MaxValue;

        public long? DownSince { get; set; }

        public long Pause { get; set; }
    }
}
