using Kith.Crypto;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// Lets contacts find this node, and finds them, through sealed records on the DHT (docs/protocol/rendezvous.md). A state machine without I/O, for one thread; its
/// packets are the DHT's.
/// </summary>
/// <param name="items">The DHT.</param>
/// <param name="random">For nonces and jitter.</param>
public sealed class RendezvousCore(IMutableItems items, IRandom random)
{
    private readonly Publisher _publisher = new(items, random);
    private readonly List<RendezvousSearch> _searches = [];
    private readonly Dictionary<FindSecret, int> _fruitless = [];

    /// <summary>When <see cref="Tick"/> has something to do, unix milliseconds; <see cref="long.MaxValue"/> for never. Look again after each call of the DHT.</summary>
    public long NextDeadline => _publisher.NextDeadline;

    /// <summary>Does what is due.</summary>
    public void Tick(long now) => _publisher.Tick(now);

    /// <summary>Everything that is published from now on, and the whole of it (<see cref="IOverlay.Publish"/>).</summary>
    public void Publish(long now, IReadOnlyList<Publication> publications) => _publisher.Publish(now, publications);

    /// <summary>
    /// Puts everything again at once: for when the DHT has found its first nodes, or the network is another one. The caller does not do it more often than once a minute.
    /// </summary>
    public void Renew(long now) => _publisher.Renew(now);

    /// <summary>What is published under a secret now, or null.</summary>
    public Publication? Published(FindSecret secret) => _publisher.Find(secret);

    /// <summary>Looks for a contact.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="secret">The one that the contact publishes under for us.</param>
    /// <param name="maker">Who must have signed: the contact's account key.</param>
    /// <param name="progress">Called for the first record that holds, for each newer one, and at the end; never during this call. Not called for a search that was cancelled.</param>
    /// <param name="isThorough">Whether to look for a clock that is off in any case: for when the user asks.</param>
    public RendezvousSearch Find(long now, FindSecret secret, Ed25519PublicKey maker, Action<SearchProgress> progress, bool isThorough = false)
    {
        _searches.RemoveAll(other => other.IsFinished);
        if (_searches.Count == RendezvousLimits.MaxSearches)
        {
            var oldest = _searches[0];
            _searches.RemoveAt(0);
            oldest.GiveUp();
        }

        var isWide = isThorough || _fruitless.GetValueOrDefault(secret) % RendezvousLimits.NarrowSearches == 0;
        var search = new RendezvousSearch(items, now, secret, maker, Counted(secret, progress), isWide);
        _searches.Add(search);
        search.Start();
        return search;
    }

    /// <summary>Ends a search: nothing more is sent or reported for it.</summary>
    public void Cancel(RendezvousSearch search)
    {
        search.Cancel();
        _searches.Remove(search);
    }

    private Action<SearchProgress> Counted(FindSecret secret, Action<SearchProgress> progress) => report =>
    {
        if (report.Record is not null)
            _fruitless.Remove(secret);
        else if (report.IsFinished)
            Count(secret);
        progress(report);
    };

    private void Count(FindSecret secret)
    {
        if (_fruitless.Count == RendezvousLimits.MaxCounted)
            _fruitless.Clear();
        _fruitless[secret] = _fruitless.GetValueOrDefault(secret) + 1;
    }
}
