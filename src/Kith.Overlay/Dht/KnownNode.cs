using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>A node of the DHT.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Endpoint">Where it is.</param>
public readonly record struct KnownNode(NodeId Id, Endpoint Endpoint);
