using Kith.Crypto;
using Kith.Forwarding.Directory;

namespace Kith.Forwarding.Meeting;

/// <summary>What keeping guards needs of the world; each call returns at once.</summary>
public interface IGuardWorld
{
    /// <summary>Makes a session to a forwarder under a static key of its own, the same one for as long as it is a guard; told by <see cref="GuardKeeper.Connected"/> or <see cref="GuardKeeper.Lost"/>.</summary>
    void Connect(ForwarderDescriptor node);

    /// <summary>The forwarder is no guard any more.</summary>
    void Disconnect(X25519PublicKey node);

    /// <summary>The guards, or which of them are there, have changed.</summary>
    void GuardsChanged(long now);
}
