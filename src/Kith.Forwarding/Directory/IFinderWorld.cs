using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Forwarding.Directory;

/// <summary>What the finder of forwarders needs of the world. Each call returns at once; what comes of it is told later, never during the call.</summary>
public interface IFinderWorld
{
    /// <summary>The networks that this node is on.</summary>
    OwnNetworks Networks { get; }

    /// <summary>Looks under a key of the DHT; told once by <see cref="ForwarderFinder.Found"/>.</summary>
    void Look(NodeId key);

    /// <summary>Announces this node under a key of the DHT; told once by <see cref="ForwarderFinder.Announced"/>.</summary>
    void Announce(NodeId key);

    /// <summary>Asks a node for descriptors (LIST); told once by <see cref="ForwarderFinder.Listed"/> or <see cref="ForwarderFinder.Failed"/>.</summary>
    void Ask(Endpoint neighbour);
}
