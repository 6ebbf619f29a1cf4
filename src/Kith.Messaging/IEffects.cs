using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>What the messenger causes outside of its stores. Implemented by the node loop, which holds everything back until the commit and drops it when that fails.</summary>
public interface IEffects
{
    /// <summary>Tells the page and the command line.</summary>
    void Publish(MessengerEvent happened);

    /// <summary>An item was put into the outbox (or sealed there): delivery takes it from the store.</summary>
    void Enqueued(OutboxItem item);

    /// <summary>An item has been acknowledged end to end, or withdrawn, and is out of the store.</summary>
    void Settled(AccountId peer, MessageId id);

    /// <summary>Sends an envelope at best effort, once, if the peer is reachable now: receipts and typing.</summary>
    /// <param name="peer">Whom it is for.</param>
    /// <param name="envelope">Sealed bytes.</param>
    /// <param name="otherwise">By what it goes without a session: <see cref="RouteKind.Drop"/>, it is left with holders, where the peer has a box; <see cref="RouteKind.Forward"/>, through forwarders, and with holders where they do not lead; else by nothing.</param>
    void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope, RouteKind otherwise = RouteKind.Direct);

    /// <summary>The peer's prekey bundle is needed: ask for it until there is an answer (first contact, or a session that must start anew).</summary>
    void RequestBundle(AccountId peer);

    /// <summary>Whom to keep connected, by which key and addresses: new, changed, or (null) no longer wanted.</summary>
    void PeerChanged(AccountId peer, PeerEndpoint? endpoint);

    /// <summary>What <see cref="IPeerProtocol.FindableBy"/> or <see cref="IPeerProtocol.Wanted"/> says may be something else now.</summary>
    void FindingChanged();

    /// <summary>What <see cref="IPeerProtocol.Boxes"/> says may be something else now.</summary>
    void BoxesChanged();

    /// <summary>What <see cref="IPeerProtocol.Onion"/> says may be something else now.</summary>
    void OnionChanged();
}

/// <summary>How to reach a peer's device.</summary>
/// <param name="TransportKey">The device's Noise static key, 32 bytes.</param>
/// <param name="Addresses">Where it was last known to listen, best first, text form.</param>
public sealed record PeerEndpoint(ReadOnlyMemory<byte> TransportKey, IReadOnlyList<string> Addresses)
{
    /// <summary>What they may learn of where we are: it decides which of the addresses may be called.</summary>
    public PrivacyLevel Privacy { get; init; }

    /// <summary>Where packets that are forwarded to them end, text form.</summary>
    public IReadOnlyList<string> Meetings { get; init; } = [];
}
