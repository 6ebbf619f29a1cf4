namespace Kith.Forwarding.Directory;

/// <summary>What <see cref="OnionFinder"/> needs of the world. Each call returns at once; what comes of it is told later, never during the call.</summary>
public interface IOnionFinderWorld
{
    /// <summary>Asks a node at an onion address for descriptors (LIST); told once by <see cref="OnionFinder.Listed"/> or <see cref="OnionFinder.Failed"/>.</summary>
    void Ask(OnionPoint neighbour);
}
