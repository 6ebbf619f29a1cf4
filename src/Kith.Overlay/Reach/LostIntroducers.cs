using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// Introducers that kept us in this run and fell silent. They are asked again now and then, and under the key that they knew us by: one that was started anew has us under the same handle a moment
/// later, and the addresses that contacts have lead to us again though nobody could be told of others.
/// </summary>
internal sealed class LostIntroducers
{
    private readonly List<Lost> _lost = [];

    /// <summary>One fell silent, or is silent still.</summary>
    public void Add(long now, Endpoint introducer, byte[] key)
    {
        if (_lost.Exists(one => one.Introducer == introducer))
            return;
        if (_lost.Count >= ReachLimits.MaxLost)
            _lost.RemoveAt(0);
        _lost.Add(new Lost(introducer, key, now) { NextAsk = now + ReachLimits.LostRetry });
    }

    /// <summary>The key that it knows us by; null when it is none of these.</summary>
    public byte[]? KeyOf(Endpoint introducer) => _lost.Find(one => one.Introducer == introducer)?.Key;

    /// <summary>It keeps us again, or wants no more of us.</summary>
    public void Remove(Endpoint introducer) => _lost.RemoveAll(one => one.Introducer == introducer);

    /// <summary>The network is another one: all may be there again.</summary>
    public void AskAll(long now)
    {
        for (var i = 0; i < _lost.Count; i++)
            _lost[i] = _lost[i] with { Since = now, NextAsk = now };
    }

    /// <summary>Those to be asked now; each only once in a while, the more seldom the longer it has been silent.</summary>
    public IReadOnlyList<Endpoint> TakeDue(long now)
    {
        _lost.RemoveAll(one => now - one.Since >= ReachLimits.LostLife);
        var due = new List<Endpoint>();
        foreach (var one in _lost.Where(one => now >= one.NextAsk))
        {
            one.NextAsk = now + Math.Max(ReachLimits.LostRetry, (now - one.Since) / ReachLimits.LostRetryShare);
            due.Add(one.Introducer);
        }

        return due;
    }

    private sealed record Lost(Endpoint Introducer, byte[] Key, long Since)
    {
        public long NextAsk { get; set; }
    }
}
