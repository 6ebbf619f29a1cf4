using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>
/// Who follows this holder in the circles of its boxes, and whether they are still there: each is asked every few seconds, one a second at most however many there are. So a death is noticed soon although audits
/// of a quiet box are an hour apart. Times are unix milliseconds.
/// </summary>
internal sealed class FollowerWatch
{
    private readonly Dictionary<Endpoint, Follower> _followers = [];
    private long _notBefore;

    /// <summary>How many are watched.</summary>
    public int Count => _followers.Count;

    /// <summary>When somebody is to be asked; <see cref="long.MaxValue"/> for never.</summary>
    public long Next
    {
        get
        {
            var next = long.MaxValue;
            foreach (var follower in _followers.Values)
                next = Math.Min(next, follower.AskAt);
            return next == long.MaxValue ? next : Math.Max(next, _notBefore);
        }
    }

    /// <summary>It is to be watched for so long; of more than are watched, the one goes of which that ends first.</summary>
    public void Follow(long now, Endpoint holder, long lifetime)
    {
        if (!_followers.TryGetValue(holder, out var follower))
        {
            if (_followers.Count >= RepairLimits.Followers)
                _followers.Remove(_followers.MinBy(static one => one.Value.Until).Key);
            _followers.Add(holder, follower = new Follower { AskAt = now + RepairLimits.FollowerPause });
        }

        follower.Until = Math.Max(follower.Until, now + lifetime);
    }

    /// <summary>Names one to be asked now; exactly one of <see cref="Heard"/>, <see cref="Unknown"/> and <see cref="IsGone"/> is to follow.</summary>
    public bool TryTake(long now, out Endpoint holder)
    {
        holder = default;
        if (now < _notBefore)
            return false;
        var due = long.MaxValue;
        foreach (var (at, follower) in _followers)
        {
            if (follower.Until <= now)
                _followers.Remove(at);
            else if (follower.AskAt < due)
                (holder, due) = (at, follower.AskAt);
        }

        if (due > now)
            return false;
        (_followers[holder].AskAt, _followers[holder].AskedAt) = (long.MaxValue, now);
        _notBefore = now + RepairLimits.FollowerPeriod;
        return true;
    }

    /// <summary>It has answered, whatever it was asked.</summary>
    public void Heard(long now, Endpoint holder)
    {
        if (_followers.TryGetValue(holder, out var follower))
            (follower.AskAt, follower.HasFailed) = (now + RepairLimits.FollowerPause, false);
    }

    /// <summary>It could not be asked, which says nothing of it.</summary>
    public void Unknown(long now, Endpoint holder)
    {
        if (_followers.TryGetValue(holder, out var follower))
            follower.AskAt = now + RepairLimits.FollowerPause;
    }

    /// <summary>
    /// It did not answer. When that was soon, the session had ended: one that was started again has lost it, so it is asked once more. Else, or the second time, it is gone, and watched no more.
    /// </summary>
    public bool IsGone(long now, Endpoint holder)
    {
        if (!_followers.TryGetValue(holder, out var follower))
            return true;
        if (!follower.HasFailed && now - follower.AskedAt < RepairLimits.FollowerPatience.TotalMilliseconds)
        {
            (follower.AskAt, follower.HasFailed) = (now, true);
            return false;
        }

        _followers.Remove(holder);
        return true;
    }

    private sealed class Follower
    {
        public long Until { get; set; }

        public long AskAt { get; set; }

        public long AskedAt { get; set; }

        public bool HasFailed { get; set; }
    }
}
