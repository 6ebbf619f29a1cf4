using Kith.Overlay.Dht;
using Kith.Overlay.Host;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>Announcing ourselves under keys of the DHT, and finding who has.</content>
public sealed partial class OverlayHost
{
    private readonly HashSet<IPendingSearch> _searches = []; // guarded by the gate

    /// <inheritdoc/>
    public Task<IReadOnlyList<Endpoint>> FindPeersAsync(NodeId key, Action<IReadOnlyList<Endpoint>>? progress = null, CancellationToken cancellationToken = default) =>
        SearchAsync(
            new PendingSearch<IReadOnlyList<Endpoint>>(
                (dht, now, search) =>
                {
                    var earlier = search.Best; // on the core before this one
                    return dht.GetPeers(now, key, found =>
                    {
                        IReadOnlyList<Endpoint> peers = earlier.Count == 0 ? found.Peers : [.. earlier.Union(found.Peers)];
                        search.Best = peers;
                        if (progress is not null)
                            _tellings.Add(() => progress(peers));
                        if (found.IsFinished)
                            EndSearch(search, peers);
                    });
                },
                []),
            cancellationToken);

    /// <inheritdoc/>
    public Task<int> AnnounceAsync(NodeId key, CancellationToken cancellationToken = default) =>
        SearchAsync(new PendingSearch<int>((dht, now, search) => dht.Announce(now, key, port: 0, result => EndSearch(search, result.Stored)), 0), cancellationToken);

    // With the gate held, as all that the core tells.
    private void EndSearch<T>(PendingSearch<T> search, T result)
    {
        _searches.Remove(search);
        search.End(result);
    }

    private async Task<T> SearchAsync<T>(PendingSearch<T> search, CancellationToken cancellationToken)
    {
        var isUnderWay = false;
        Run((core, now) =>
        {
            if (!core.HasNodes)
                return;
            isUnderWay = true;
            _searches.Add(search);
            search.Begin(core, now);
        });
        if (!isUnderWay)
            search.Stop();
        await using var giveUp = cancellationToken.UnsafeRegister(_ => Run((core, _) =>
        {
            if (_searches.Remove(search))
                search.Cancel(core, cancellationToken);
        }), null).ConfigureAwait(false);
        return await search.Task.ConfigureAwait(false);
    }

    // The core is another one; what was found so far is not lost, and the rest is asked anew. Where there is nobody to ask a search ends at once.
    private void BeginSearchesAnew(long now)
    {
        foreach (var search in _searches.ToArray())
            search.Begin(_core, now);
    }

    private void StopSearches()
    {
        foreach (var search in _searches)
            search.Stop();
        _searches.Clear();
    }
}
