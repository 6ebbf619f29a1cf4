using Kith.Delivery;
using Kith.Node.Loop;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Whom something waits for that was told to go through a relay and no other way: from this run or an earlier one. Says so again and again until it has gone, as the circuits that are opened for it
/// last no longer than somebody wants them. Belongs to the loop.
/// </summary>
internal sealed class RelayedWaiting(IOutboxStore outbox, TimeProvider time)
{
    /// <summary>Between two times that it is looked whether something waits still, milliseconds.</summary>
    public const long LookPeriod = 60_000;

    /// <summary>Of what waits for one contact so much is looked through.</summary>
    private const int MaxLooked = 256;

    private readonly HashSet<AccountId> _peers = [];
    private readonly EvenClock _clock = new(time);
    private long? _lookAt;

    /// <summary>Told whom a circuit is wanted to.</summary>
    public Action<AccountId>? Want { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline => _clock.Wall(_lookAt);

    /// <summary>Something more waits.</summary>
    public void Enqueued(OutboxItem item)
    {
        if (item.Route != RouteKind.Relay)
            return;
        _peers.Add(item.Peer);
        _lookAt ??= _clock.Now() + LookPeriod;
        Want?.Invoke(item.Peer);
    }

    /// <summary>Looks at all that waits, as at the start and when relays are allowed: inside a transaction.</summary>
    public void LookAtAll()
    {
        _peers.UnionWith(outbox.Peers());
        Look();
    }

    /// <summary>Does what is due, inside a transaction.</summary>
    public void Tick()
    {
        if (_lookAt <= _clock.Now())
            Look();
    }

    private void Look()
    {
        _peers.RemoveWhere(peer => !outbox.Load(peer, 0, MaxLooked).Any(item => item.Route == RouteKind.Relay));
        _lookAt = _peers.Count == 0 ? null : _clock.Now() + LookPeriod;
        foreach (var peer in _peers)
            Want?.Invoke(peer);
    }
}
