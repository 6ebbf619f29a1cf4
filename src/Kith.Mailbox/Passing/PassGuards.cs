using Kith.Crypto;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// The few that see our address where a request goes through several (docs/protocol/mailbox.md, "Chains"): the first of the order, kept over starts. Whether one is there shows by our own sessions to it alone: what others
/// say of it, and what came to nothing behind it, says nothing of that. One that failed is tried again after a second, then after twice as long each time. For one thread at a time; times are unix milliseconds.
/// </summary>
internal sealed class PassGuards(IPassRoutesWorld world)
{
    private readonly List<Guard> _all = [];
    private readonly List<Endpoint> _useless = []; // given up for it under this order: none of them again
    private long _settledAt; // since when others are known; 0 while they are not
    private long _heardAt; // when anybody last answered

    /// <summary>Another number each time that they are others.</summary>
    public int Version { get; private set; }

    /// <summary>Who they are.</summary>
    public IReadOnlyList<Endpoint> All => [.. _all.Select(static one => one.At)];

    /// <summary>Those that were given up since they were of no use; never more than <see cref="PassLimits.MostUseless"/> under one order.</summary>
    public IReadOnlyList<Endpoint> Useless => [.. _useless];

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => _all.Where(IsUnknown).Select(static one => one.TryAt).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Takes those of an earlier run.</summary>
    public void Restore(long now, IEnumerable<Endpoint> kept, IEnumerable<Endpoint> useless)
    {
        _useless.AddRange(useless.Distinct().Take(PassLimits.MostUseless));
        foreach (var at in kept.Distinct().Take(PassLimits.Guards))
            _all.Add(new Guard(at) { IsKept = true, TryAt = now });
    }

    /// <summary>The order is another one: they are chosen anew.</summary>
    public void Clear()
    {
        _all.Clear();
        _useless.Clear();
        Version++;
    }

    /// <summary>Whether it is one of them.</summary>
    public bool Contains(Endpoint one) => _all.Exists(guard => guard.At == one);

    /// <summary>Those that can be asked now; chooses where there are too few.</summary>
    /// <param name="now">The time.</param>
    /// <param name="order">All others, in the order of our own.</param>
    /// <param name="isSettled">Whether those who are there are known by now: what is chosen is kept from then on.</param>
    public List<Endpoint> Usable(long now, IReadOnlyList<Endpoint> order, bool isSettled)
    {
        foreach (var guard in _all.Where(guard => (guard.IsKept || guard.IsGreeted) && !IsUnknown(guard)))
            guard.Found();
        if (isSettled && _settledAt == 0 && order.Count > 0)
            _settledAt = now;
        var before = All; // one that gives way to another leaves as many
        var gone = _all.Where(guard => guard.MissingSince != 0 && _heardAt - guard.MissingSince >= PassLimits.GuardGone).Select(static guard => guard.At).ToHashSet();
        _all.RemoveAll(guard => gone.Contains(guard.At));
        if (isSettled)
            GiveUpUseless(order);
        // All of another network, most likely: who comes back to theirs finds the same by the order.
        if (_settledAt != 0 && order.Count > 0 && _all.TrueForAll(guard => IsOfAnotherNetwork(guard, now)))
            _all.Clear();
        var usable = _all.Where(guard => guard.RestUntil <= now && !IsUnknown(guard)).Select(static guard => guard.At).ToList();
        // Before that the first to be known would see us, whoever they are.
        if (isSettled)
            Choose(order.OrderBy(gone.Contains), usable); // others may still take them for holders: they must not come in their own place
        if (!before.SequenceEqual(All))
            Version++;
        return usable;
    }

    /// <summary>One answered.</summary>
    public void Answered(Endpoint at) => Find(at)?.Found();

    /// <summary>A request went through one as far as it was to go, or came to nothing before.</summary>
    public void Used(long now, Endpoint at, bool isCarried)
    {
        if (Find(at) is { } guard)
            guard.Use.Count(now, isCarried, _all.Where(other => other != guard).Select(static other => other.Use));
    }

    /// <summary>Somebody answered, whoever it is: those who do not are missing. A long time in which nobody did is held against nobody: it was we who were not there.</summary>
    public void Heard(long now)
    {
        var silence = now - _heardAt;
        if (silence > PassLimits.Silence)
        {
            foreach (var guard in _all.Where(static guard => guard.MissingSince != 0))
                guard.MissingSince = Math.Min(now, guard.MissingSince + silence);
        }

        _heardAt = now;
    }

    /// <summary>The network is another one: nothing is held against anybody.</summary>
    public void NetworkChanged()
    {
        _settledAt = 0;
        foreach (var guard in _all)
            guard.Forgive();
    }

    /// <summary>Our session to one could not be made, or has failed; or it says that it passes nothing on.</summary>
    public void Failed(long now, Endpoint at)
    {
        if (Find(at) is not { } guard || guard.RestUntil > now)
            return;
        guard.Rest = guard.Rest == 0 ? PassLimits.FirstGuardRest : Math.Min(guard.Rest * 2, PassLimits.LastGuardRest);
        (guard.RestUntil, guard.MissingSince) = (now + guard.Rest, guard.MissingSince == 0 ? now : guard.MissingSince);
    }

    /// <summary>One could not open what was sealed for it: it is asked which key it has.</summary>
    public void KeyFailed(long now, Endpoint at, X25519PublicKey? key)
    {
        if (Find(at) is not { } guard)
            return;
        guard.OldKey = key;
        if (guard.MissingSince == 0)
            (guard.MissingSince, guard.TryAt, guard.Pause) = (now, now, 0);
    }

    /// <summary>Says HELLO to those whose key is not known. That tells them nothing: our sessions go to them anyway, whatever they are about.</summary>
    public void Tick(long now)
    {
        foreach (var guard in _all.Where(guard => IsUnknown(guard) && guard.TryAt <= now))
        {
            guard.Pause = guard.Pause == 0 ? PassLimits.FirstGuardRest : Math.Min(guard.Pause * 2, PassLimits.LastGuardRest);
            guard.TryAt = now + guard.Pause;
            guard.IsGreeted = true;
            guard.MissingSince = guard.MissingSince == 0 ? now : guard.MissingSince;
            world.Greet(guard.At);
        }
    }

    // One at a time, and only for another: a useless one is better than none.
    private void GiveUpUseless(IReadOnlyList<Endpoint> order)
    {
        if (_useless.Count >= PassLimits.MostUseless || _all.Find(static guard => guard.Use.IsUseless) is not { } guard)
            return;
        List<Endpoint> others = [.. All.Where(other => other != guard.At)];
        if (!order.Any(one => one != guard.At && MayBeBeside(others, one)))
            return;
        _all.Remove(guard);
        _useless.Add(guard.At);
    }

    private bool MayBeBeside(List<Endpoint> chosen, Endpoint one) =>
        !_useless.Contains(one) && !chosen.Exists(other => other == one || (AddressPrefix.Of(other) == AddressPrefix.Of(one) && !world.IsNear(one)));

    private void Choose(IEnumerable<Endpoint> order, List<Endpoint> usable)
    {
        var chosen = All.ToList();
        foreach (var one in order)
        {
            if (chosen.Count >= PassLimits.Guards)
                break;
            if (!MayBeBeside(chosen, one))
                continue;
            chosen.Add(one);
            usable.Add(one);
            _all.Add(new Guard(one));
        }
    }

    private bool IsUnknown(Guard guard) => world.KeyOf(guard.At) is not { } key || key == guard.OldKey;

    // Others answered after it was first tried, and since then it had its time.
    private bool IsOfAnotherNetwork(Guard guard, long now) =>
        guard is { IsKept: true, MissingSince: not 0 } && _heardAt >= guard.MissingSince && now - Math.Max(_settledAt, guard.MissingSince) >= PassLimits.KeptGuardsGone;

    private Guard? Find(Endpoint at) => _all.Find(guard => guard.At == at);

    private sealed class Guard(Endpoint at)
    {
        public Endpoint At => at;

        /// <summary>Since when it cannot be had; 0 while it can, or was not tried.</summary>
        public long MissingSince { get; set; }

        /// <summary>Until when it is left alone, and how long that was.</summary>
        public long RestUntil { get; set; }

        public long Rest { get; set; }

        /// <summary>When it gets a HELLO, while its key is not known, and the pause after that.</summary>
        public long TryAt { get; set; }

        public long Pause { get; set; }

        /// <summary>What became of what went through it.</summary>
        public GuardUse Use { get; } = new();

        /// <summary>A key that it had and that is wrong by now.</summary>
        public X25519PublicKey? OldKey { get; set; }

        /// <summary>Whether it was not had since the start, but in an earlier run.</summary>
        public bool IsKept { get; set; }

        /// <summary>Whether it was said HELLO to since it was last had.</summary>
        public bool IsGreeted { get; set; }

        public void Found() => (MissingSince, RestUntil, Rest, Pause, IsKept, IsGreeted) = (0, 0, 0, 0, false, false);

        public void Forgive() => (MissingSince, RestUntil, Rest, TryAt, Pause) = (0, 0, 0, 0, 0);
    }
}
