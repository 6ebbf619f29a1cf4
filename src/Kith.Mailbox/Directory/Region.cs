using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>Those who have announced themselves under one key, as far as we have looked.</summary>
internal sealed class Region(int depth, uint prefix)
{
    private long _pause = DirectoryLimits.FirstLook;
    private HashSet<Endpoint> _before = [];
    private HashSet<Endpoint> _now = [];

    public int Depth { get; } = depth;

    public NodeId Key { get; } = RoomKey.At(depth, prefix);

    /// <summary>When anybody last asked for it.</summary>
    public long UsedAt { get; set; }

    /// <summary>Whether a search for it is under way.</summary>
    public bool IsLooking { get; private set; }

    /// <summary>Whether one has come to its end.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>When to look again.</summary>
    public long LookAt { get; private set; }

    /// <summary>Those found by the last search that ended, and by the one under way: the whole of a search counts, never its first answers alone.</summary>
    public IReadOnlyCollection<Endpoint> Holders => _now.Count >= _before.Count ? _now : _before;

    /// <summary>How many there are.</summary>
    public int Count => Holders.Count;

    /// <summary>When the last search began.</summary>
    public long BegunAt { get; private set; } = long.MinValue / 2;

    /// <summary>A search begins.</summary>
    public void Begin(long now)
    {
        BegunAt = now;
        IsLooking = true;
        _before = _now;
        _now = [];
    }

    /// <summary>A search has brought these so far.</summary>
    public void Take(long now, IReadOnlyList<Endpoint> found, bool isFinished)
    {
        if (!IsLooking)
            return;
        foreach (var one in found)
            _now.Add(one);
        if (!isFinished)
            return;
        IsLooking = false;
        IsKnown = true;
        var isNews = !_now.IsSubsetOf(_before);
        _before = [];
        _pause = isNews ? DirectoryLimits.FirstLook : Math.Min(_pause * 2, DirectoryLimits.LastLook);
        LookAt = now + (_now.Count >= DirectoryLimits.Sparse && !isNews ? DirectoryLimits.RegionLifetime : _pause);
    }

    /// <summary>Looks anew as soon as anybody asks.</summary>
    public void Expire()
    {
        _pause = DirectoryLimits.FirstLook;
        LookAt = 0;
    }
}
