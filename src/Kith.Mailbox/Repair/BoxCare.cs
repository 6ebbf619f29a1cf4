using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>What is remembered of a box that is looked after. There may be a quarter of a million: what few of them need is apart.</summary>
internal sealed class BoxCare(BoxAddress address)
{
    private uint _pause = (uint)RepairPolicy.FirstPause.TotalMilliseconds;

    public BoxAddress Address { get; } = address;

    /// <summary>The pause before the next look.</summary>
    public TimeSpan Pause
    {
        get => TimeSpan.FromMilliseconds(_pause);
        set => _pause = (uint)value.TotalMilliseconds;
    }

    /// <summary>When that is, unix milliseconds.</summary>
    public long LookAt { get; set; }

    /// <summary>Where the next look begins in a box with more entries than are audited at once.</summary>
    public long After { get; set; }

    /// <summary>What went wrong with some of its holders; null for nothing.</summary>
    public BoxTroubles? Troubles { get; set; }

    /// <summary>Whether something was wrong at the last look, or an entry is new: all are audited.</summary>
    public bool IsWary { get; set; } = true;

    /// <summary>Whether a look is under way.</summary>
    public bool IsLooking { get; set; }

    /// <summary>Whether something came in while it was.</summary>
    public bool HasNews { get; set; }

    /// <summary>Whether it is new here, and its holders are not known yet.</summary>
    public bool IsNew { get; set; }

    /// <summary>Whether one of its holders was found silent while it was: it is looked at again at once.</summary>
    public bool IsPressing { get; set; }

    /// <summary>How far the farthest of its holders was at the last look (<see cref="Distance"/>).</summary>
    public uint Reach { get; set; } = uint.MaxValue;

    /// <summary>How far a place is from the box, by its first 32 bits: more are no use to tell holders apart.</summary>
    public uint Distance(BoxAddress place) => RoomKey.PrefixAt(Address, RoomKey.MaxDepth) ^ RoomKey.PrefixAt(place, RoomKey.MaxDepth);

    /// <summary>Whether others were nearer at the last look: our copy is one more than there must be.</summary>
    public bool IsSpare { get; set; }
}

/// <summary>What went wrong with holders of one box.</summary>
internal sealed class BoxTroubles
{
    private readonly HashSet<(Endpoint Holder, ChunkHash Chunk)> _given = [];
    private readonly Dictionary<Endpoint, long> _refused = [];

    /// <summary>It lacked a chunk, and took it of us. Whoever lacks it again has thrown it away.</summary>
    public void Took(Endpoint holder, ChunkHash chunk)
    {
        if (_given.Count < RepairLimits.Given)
            _given.Add((holder, chunk));
    }

    /// <summary>Whether it took this chunk since something was wrong first.</summary>
    public bool HasTaken(Endpoint holder, ChunkHash chunk) => _given.Contains((holder, chunk));

    /// <summary>It takes nothing more into this box for a while.</summary>
    public void Refused(Endpoint holder, long until) => _refused[holder] = until;

    /// <summary>Whether it refused, not long ago.</summary>
    public bool Refuses(Endpoint holder, long now) => _refused.TryGetValue(holder, out var until) && until > now;

    /// <summary>All was well: what was given is theirs. True when nothing else is to be remembered.</summary>
    public bool TryForget(long now)
    {
        _given.Clear();
        foreach (var (holder, until) in _refused)
        {
            if (until <= now)
                _refused.Remove(holder);
        }

        return _refused.Count == 0;
    }
}
