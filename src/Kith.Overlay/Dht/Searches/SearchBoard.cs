namespace Kith.Overlay.Dht.Searches;

/// <summary>The searches under way, at most <see cref="SearchLimits.MaxActive"/>; up to <see cref="SearchLimits.MaxWaiting"/> wait in turn. One more begins at once, asks nobody and ends.</summary>
internal sealed class SearchBoard
{
    private readonly List<Search> _active = [];
    private Queue<Search>? _waiting;
    private bool _hasEnded;

    public int Count => _active.Count + (_waiting?.Count ?? 0);

    public long NextDeadline
    {
        get
        {
            var next = _hasEnded ? 0 : long.MaxValue;
            foreach (var search in _active)
                next = Math.Min(next, search.NextDeadline);
            return next;
        }
    }

    public void Start(long now, Search search, KnownNode? start = null)
    {
        if (_active.Count < SearchLimits.MaxActive)
        {
            _active.Add(search);
            search.Begin(now, start);
        }
        else if ((_waiting?.Count ?? 0) < SearchLimits.MaxWaiting)
        {
            _waiting ??= [];
            _waiting.Enqueue(search);
        }
        else
        {
            _active.Add(search);
        }
    }

    public void Cancel(DhtLookup lookup)
    {
        if (lookup is not Search search)
            return;
        search.Cancel();
        _hasEnded = true;
    }

    public void Tick(long now)
    {
        // Reports may start and cancel searches.
        for (var i = 0; i < _active.Count; i++)
        {
            if (!_active[i].IsFinished && _active[i].NextDeadline <= now)
                _active[i].Tick(now);
        }

        _hasEnded = false;
        _ = _active.RemoveAll(search => search.IsFinished);
        while (_active.Count < SearchLimits.MaxActive && _waiting is not null && _waiting.TryDequeue(out var next))
        {
            if (next.IsFinished)
                continue;
            _active.Add(next);
            next.Begin(now, null);
        }
    }
}
