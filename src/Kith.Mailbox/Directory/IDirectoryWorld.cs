using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>What the directory needs of the world. Each call returns at once; what comes of it is told to the directory later, never during the call.</summary>
public interface IDirectoryWorld
{
    /// <summary>The networks that this node is on.</summary>
    OwnNetworks Networks { get; }

    /// <summary>Looks under a key of the DHT; told by <see cref="HolderDirectory.Found"/>, the last time with <c>isFinished</c>.</summary>
    void Look(NodeId key);

    /// <summary>Announces this node under a key of the DHT; told by <see cref="HolderDirectory.Announced"/>.</summary>
    void Announce(NodeId key);

    /// <summary>Says HELLO to a holder; told by <see cref="HolderDirectory.Greeted"/> or <see cref="HolderDirectory.Failed"/>.</summary>
    void Greet(Endpoint holder);
}
