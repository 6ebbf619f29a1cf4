using Kith.Delivery;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Whom something waits for that was told to go through a relay and no other way: from this run or an earlier one. Says so again and again until it has gone, as the circuits that are opened for it
/// last no longer than somebody wants them. Belongs to the loop.
/// </summary>
internal sealed class RelayedWaiting(IOutboxStore outbox)
{
    /// <summary>Between two times that it is looked whether something waits still, milliseconds.</summary>
    public const long LookPeriod = 60_000;

    /// <summary>Of what waits for one contact so much is looked through.</summary>
    private const int MaxLooked = 256;

    private readonly HashSet<AccountId> _peers = [];

    /// <summary>Told whom a circuit is wanted to.</summary>
    public Action<AccountId>? Want { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline { get; private set; }

    /// <summary>Something more waits.</summary>
    public void Enqueued(OutboxItem item, long now)
    {
        if (item.Route != RouteKind.Relay)
            return;
        _peers.Add(item.Peer);
        NextDeadline ??= now + LookPeriod;
        Want?.Invoke(item.Peer);
    }

    /// <summary>Looks at all that waits, as at the start and when relays are allowed: inside a transaction.</summary>
    public void LookAtAll(long now)
    {
        _peers.UnionWith(outbox.Peers());
        Look(now);
    }

    /// <summary>Does what is due, inside a transaction.</summary>
    public void Tick(long now)
    {
        if (NextDeadline <= now)
            Look(now);
    }

    private void Look(long now)
    {
        _peers.RemoveWhere(peer => !outbox.Load(peer, 0, MaxLooked).Any(item => item.Route == RouteKind.Relay));
        NextDeadline = _peers.Count == 0 ? null : now + LookPeriod;
        foreach (var peer in _peers)
            Want?.Invoke(peer);
    }
}
