namespace Kith.Overlay.Dht;

/// <summary>A search of the DHT under way, from <see cref="DhtCore.Get"/>, <see cref="DhtCore.Put"/>, <see cref="DhtCore.GetPeers"/>, <see cref="DhtCore.Announce"/> or <see cref="DhtCore.FindNode"/>.</summary>
public abstract class DhtLookup
{
    private protected DhtLookup(NodeId target) => Target = target;

    /// <summary>What is searched for.</summary>
    public NodeId Target { get; }

    /// <summary>Whether it has reported for the last time, or was cancelled.</summary>
    public bool IsFinished { get; private protected set; }

    /// <summary>How many nodes away from us the search has gone.</summary>
    public int Hops { get; private protected set; }

    /// <summary>Queries sent.</summary>
    public int Queries { get; private protected set; }
}
