using Kith.Wire;

namespace Kith.Delivery;

/// <summary>An item that a route took for the first time and that is not acknowledged yet.</summary>
public readonly record struct TransmittedItem(AccountId Peer, MessageId Id, RouteKind Route);
