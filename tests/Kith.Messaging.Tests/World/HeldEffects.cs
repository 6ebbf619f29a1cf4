using Kith.Delivery;
using Kith.Wire;

namespace Kith.Messaging.Tests.World;

/// <summary>Holds what a messenger causes until the commit, as the node loop does.</summary>
internal sealed class HeldEffects : IEffects
{
    private readonly List<Action> _held = [];

    public List<MessengerEvent> Events { get; } = [];

    public List<(AccountId Peer, byte[] Envelope, bool ByDrop)> Once { get; } = [];

    public int BoxChanges { get; private set; }

    public HashSet<AccountId> WantedBundles { get; } = [];

    public Dictionary<AccountId, PeerEndpoint> Peers { get; } = [];

    public int BundlesAsked { get; private set; }

    public int FindingChanges { get; private set; }

    public void Publish(MessengerEvent happened) => _held.Add(() => Events.Add(happened));

    /// <summary>Delivery, where a test has one.</summary>
    public DeliveryCore? Delivery { get; set; }

    public void Enqueued(OutboxItem item) => _held.Add(() => Delivery?.Enqueued(item));

    public void Settled(AccountId peer, MessageId id) => _held.Add(() => Delivery?.Settled(peer, id, 0));

    public void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope, RouteKind otherwise = RouteKind.Direct)
    {
        var copy = envelope.ToArray();
        _held.Add(() => Once.Add((peer, copy, otherwise == RouteKind.Drop)));
    }

    public void BoxesChanged() => _held.Add(() => BoxChanges++);

    public int OnionChanges { get; private set; }

    public void OnionChanged() => _held.Add(() => OnionChanges++);

    public void RequestBundle(AccountId peer) => _held.Add(() =>
    {
        WantedBundles.Add(peer);
        BundlesAsked++;
    });

    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint) => _held.Add(() =>
    {
        if (endpoint is null)
        {
            Peers.Remove(peer);
            WantedBundles.Remove(peer);
        }
        else
        {
            Peers[peer] = endpoint;
        }
    });

    public void FindingChanged() => _held.Add(() => FindingChanges++);

    public void Release()
    {
        foreach (var action in _held)
            action();
        _held.Clear();
    }

    public void Drop() => _held.Clear();
}
