using Kith.Crypto;
using Kith.Forwarding.Sending;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>What keeping meeting points needs of the world; each call returns at once.</summary>
public interface IMeetingWorld
{
    /// <summary>Registers a handle over the session with a guard; told by <see cref="MeetingKeeper.Registered"/>.</summary>
    void Register(X25519PublicKey guard, MeetingSecret secret);

    /// <summary>Gives a handle up over the session with a guard.</summary>
    void Forget(X25519PublicKey guard, MeetingSecret secret);

    /// <summary>Hands a packet to its first forwarder. It may get lost.</summary>
    void Send(long now, OutgoingPacket packet);

    /// <summary>A contact left a piece of a message.</summary>
    void Received(long now, AccountId from, Piece piece);

    /// <summary>Where a contact may meet us has changed: they must be told, <see cref="MeetingKeeper.AddressesFor"/>.</summary>
    void AddressesChanged(long now, AccountId contact);
}
