using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <summary>A peer to keep connected: what calls it, its links that are ready, and the one to send on.</summary>
internal sealed class WantedPeer(AccountId account, PeerConnector connector, IPeerInputSink sink)
{
    private readonly Lock _order = new(); // guards _last
    private Task _last = Task.CompletedTask;
    private (PeerLink? Link, RouteSet Routes, PathKind Path) _announced; // touched by one announcement at a time

    public AccountId Account => account;

    public PeerConnector Connector => connector;

    /// <summary>Where it may be, as was said last. Replaced as a whole.</summary>
    public IReadOnlyList<NodeAddress> Addresses { get; set; } = [];

    /// <summary>Guarded by the route's lock.</summary>
    public List<PeerLink> Ready { get; } = [];

    /// <summary>The link to send on; null while there is none. Written under the route's lock.</summary>
    public PeerLink? Active { get; private set; }

    /// <summary>The link on which a route's envelopes go, under the route's lock: the one to send on if it is of that route, else another one that is.</summary>
    public PeerLink? LinkOf(RouteKind route) => Active?.Route == route ? Active : Ready.FindLast(link => link.Route == route);

    /// <summary>Chooses the link to send on, under the route's lock: the one of the session that both ends settled on.</summary>
    public void Choose()
    {
        var current = connector.Current;
        Active = Ready.Find(link => link.Session == current) ?? (Active is { IsApart: false } active && Ready.Contains(active) ? active : Ready.FindLast(link => !link.IsApart) ?? Ready.LastOrDefault());
    }

    /// <summary>Tells the node loop what has changed since it was last told, after what was told before: nothing is told in the wrong order, and the last word is true.</summary>
    /// <param name="gate">The route's lock.</param>
    /// <param name="cancellationToken">The route stops.</param>
    public Task AnnounceAsync(Lock gate, CancellationToken cancellationToken)
    {
        lock (_order)
            return _last = AnnounceAfterAsync(_last, gate, cancellationToken);
    }

    private async Task AnnounceAfterAsync(Task previous, Lock gate, CancellationToken cancellationToken)
    {
        // Not on the caller's stack: it holds a lock.
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        (PeerLink? Link, RouteSet Routes, PathKind Path) now;
        lock (gate)
            now = Picture();
        if (now == _announced)
            return;
        var isNew = now.Link != _announced.Link;
        _announced = now;
        PeerInput input = now.Link is null ? new PeerInput.PeerDown(account)
            : isNew ? new PeerInput.PeerUp(account, now.Link.Remote, now.Routes, now.Path)
            : new PeerInput.PeerMoved(account, now.Routes, now.Path);
        try
        {
            if (!sink.TryPost(input))
                await sink.PostAsync(input, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping: nobody listens any more.
        }
    }

    private (PeerLink? Link, RouteSet Routes, PathKind Path) Picture()
    {
        if (Active is not { } active)
            return default;
        var routes = default(RouteSet).With(active.Route);
        foreach (var link in Ready)
            routes = routes.With(link.Route);
        return (active, routes, active.Session.Path.Kind);
    }
}
