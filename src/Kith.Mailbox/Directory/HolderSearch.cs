using Kith.Mailbox.Boxes;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>One search for the holders of a box.</summary>
internal sealed class HolderSearch(long now, BoxAddress address, int count, int depth, Action<long, IReadOnlyList<Endpoint>> found)
{
    private readonly HashSet<Endpoint> _named = [];
    private bool _wentDeeper;
    private bool _wentUp;

    public BoxAddress Address { get; } = address;

    public int Count { get; } = count;

    public Action<long, IReadOnlyList<Endpoint>> Found { get; } = found;

    /// <summary>The depth of the key that is looked under.</summary>
    public int Depth { get; private set; } = depth;

    /// <summary>Those to choose from, nearest first; null until the keys have been looked under.</summary>
    public IReadOnlyList<KnownHolder>? Candidates { get; private set; }

    /// <summary>When it must be looked at again.</summary>
    public long Deadline { get; set; } = now;

    /// <summary>When it ends with what there is.</summary>
    public long End { get; } = now + DirectoryLimits.SearchPatience;

    /// <summary>When a look that has brought something is waited for no longer.</summary>
    public long LookEnd { get; } = now + DirectoryLimits.GreetingPatience;

    /// <summary>From when on those who have answered serve, when they are enough.</summary>
    public long GreetingEnd { get; private set; } = long.MaxValue;

    /// <summary>Takes the values of a key; true when another key is to be looked under.</summary>
    public bool Visit(Region region)
    {
        _named.UnionWith(region.Holders);
        if (region.Count >= DirectoryLimits.Full && !_wentUp && Depth + DirectoryLimits.DepthStep <= RoomKey.MaxDepth)
        {
            _wentDeeper = true;
            Depth += DirectoryLimits.DepthStep;
            return true;
        }

        if (region.Count >= DirectoryLimits.Sparse || _wentDeeper || Depth == 0)
            return false;
        _wentUp = true;
        Depth -= DirectoryLimits.DepthStep;
        return true;
    }

    /// <summary>The keys have been looked under: chooses among those found there and those known anyhow.</summary>
    public void Settle(HolderBook book, long time)
    {
        var candidates = book.All.Where(holder => holder.Serves(time) || _named.Contains(holder.Endpoint)).ToList();
        candidates.Sort((one, other) => Address.CompareDistance(one.Place, other.Place));
        Candidates = candidates;
        GreetingEnd = time + DirectoryLimits.GreetingPatience;
    }
}
