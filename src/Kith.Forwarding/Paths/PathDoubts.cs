using Kith.Crypto;

namespace Kith.Forwarding.Paths;

/// <summary>
/// Who may be at fault where paths brought nothing (docs/protocol/paths.md, "Paths"). Whoever brought something that was sent as late or later was there, so the doubt falls on the others of a path; where nothing else is known, on
/// all of them alike. For one thread at a time; times are unix milliseconds.
/// </summary>
internal sealed class PathDoubts
{
    private readonly Dictionary<X25519PublicKey, Doubt> _doubts = [];
    private readonly Dictionary<X25519PublicKey, long> _proved = []; // when the last that came over it was sent

    /// <summary>How often paths over one went wrong lately; 0 for not at all.</summary>
    public int Of(long now, X25519PublicKey key) => _doubts.TryGetValue(key, out var doubt) ? Math.Max(0, doubt.Count - (int)((now - doubt.Since) / PathLimits.DoubtTime)) : 0;

    /// <summary>What was sent over a path has come: all on it were there.</summary>
    public void Clear(IEnumerable<X25519PublicKey> path, long sentAt)
    {
        foreach (var one in path)
        {
            if (_proved.TryGetValue(one, out var proved))
                _proved[one] = Math.Max(proved, sentAt);
            else
                Keep(_proved, one, sentAt, static value => value);
            // What failed since then is not made good by an answer that was under way.
            if (_doubts.TryGetValue(one, out var doubt) && doubt.SentAt <= sentAt)
                _doubts.Remove(one);
        }
    }

    /// <summary>What was sent over a path has not come: whoever of it is not known to have been there is doubted a little.</summary>
    public void Add(long now, IEnumerable<X25519PublicKey> path, long sentAt)
    {
        foreach (var one in path)
        {
            if (_proved.TryGetValue(one, out var proved) && proved >= sentAt)
                continue;
            var last = _doubts.TryGetValue(one, out var doubt) ? Math.Max(doubt.SentAt, sentAt) : sentAt;
            Keep(_doubts, one, new Doubt(Math.Min(Of(now, one) + 1, PathLimits.MaxDoubts), now, last), static value => value.Since);
        }
    }

    // Of too many the oldest goes.
    private static void Keep<T>(Dictionary<X25519PublicKey, T> all, X25519PublicKey key, T value, Func<T, long> age)
    {
        if (all.Count >= PathLimits.MaxDoubted && !all.ContainsKey(key))
            all.Remove(all.MinBy(one => age(one.Value)).Key);
        all[key] = value;
    }

    private readonly record struct Doubt(int Count, long Since, long SentAt);
}
