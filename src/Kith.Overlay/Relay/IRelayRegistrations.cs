using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>What relaying needs to know of registrations, here and elsewhere.</summary>
public interface IRelayRegistrations
{
    /// <summary>Who is registered here under a handle.</summary>
    bool TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant);

    /// <summary>Whether we are registered with the node at this address: only such a node may bring circuits to us.</summary>
    bool IsRegisteredWith(Endpoint introducer);

    /// <summary>A relay fell silent, or was started anew: who is registered with it may be so no more.</summary>
    void Suspect(Endpoint introducer)
    {
    }
}

/// <summary>Somebody who is registered here.</summary>
/// <param name="At">Where they are reached, proved.</param>
/// <param name="TakesCircuits">Whether they agreed to circuits when they registered.</param>
public readonly record struct RelayRegistrant(Endpoint At, bool TakesCircuits);
