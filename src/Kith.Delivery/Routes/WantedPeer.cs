using Kith.Transport.Dialing;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <summary>A peer to keep connected: what calls it, its links that are ready, and the one to send on.</summary>
internal sealed class WantedPeer(AccountId account, PeerConnector connector, IPeerInputSink sink)
{
    private readonly Lock _order = new(); // guards _last
    private Task _last = Task.CompletedTask;
    private PeerLink? _announced; // touched by one announcement at a time

    public AccountId Account => account;

    public PeerConnector Connector => connector;

    /// <summary>Guarded by the route's lock.</summary>
    public List<PeerLink> Ready { get; } = [];

    /// <summary>The link to send on; null while there is none. Written under the route's lock.</summary>
    public PeerLink? Active { get; private set; }

    /// <summary>Chooses the link to send on, under the route's lock: the one of the session that both ends settled on.</summary>
    public void Choose()
    {
        var current = connector.Current;
        Active = Ready.Find(link => link.Session == current) ?? (Active is { } active && Ready.Contains(active) ? active : Ready.LastOrDefault());
    }

    /// <summary>Tells the node loop what has changed since it was last told, after what was told before: nothing is told in the wrong order, and the last word is true.</summary>
    public Task AnnounceAsync(CancellationToken cancellationToken)
    {
        lock (_order)
            return _last = AnnounceAfterAsync(_last, cancellationToken);
    }

    private async Task AnnounceAfterAsync(Task previous, CancellationToken cancellationToken)
    {
        // Not on the caller's stack: it holds a lock.
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var active = Active;
        if (active == _announced)
            return;
        _announced = active;
        PeerInput input = active is null ? new PeerInput.PeerDown(account) : new PeerInput.PeerUp(account, active.Remote);
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
}
