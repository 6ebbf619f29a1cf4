using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <summary>What forwarding needs of the world. Each call returns at once; what comes of it is told later, never during the call.</summary>
public interface IForwardingWorld : IFinderWorld, IOnionFinderWorld, IGuardSessions
{
    /// <summary>Sends a packet, <see cref="SphinxFormat.PacketSize"/> bytes, to a node or over a session that stands. It may get lost.</summary>
    void Send(HopAddress to, ReadOnlyMemory<byte> packet);

    /// <summary>Sends a datagram of the same size over a session of which the other side proved this key.</summary>
    void Deliver(X25519PublicKey session, ReadOnlyMemory<byte> datagram);

    /// <summary>An envelope has come, for the first time. Tell <see cref="ForwardingNode.Committed"/> once it is safe.</summary>
    void Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope);

    /// <summary>A message has reached a contact and is safe there.</summary>
    void Acknowledged(SentMessage message);

    /// <summary>This way does not work for a message, now.</summary>
    void GivenUp(SentMessage message);

    /// <summary>There is room for messages again.</summary>
    void HasRoom();

    /// <summary>Where a contact may meet us has changed: they must be told <see cref="ForwardingNode.AddressesFor"/>.</summary>
    void AddressesChanged(AccountId contact);
}

/// <summary>The sessions to our guards.</summary>
public interface IGuardSessions
{
    /// <summary>Makes a session to a forwarder under a static key of its own, the same one for as long as it is a guard; told by <see cref="GuardKeeper.Connected"/> or <see cref="GuardKeeper.Lost"/>.</summary>
    void Connect(ForwarderDescriptor guard);

    /// <summary>The forwarder is no guard any more.</summary>
    void Disconnect(X25519PublicKey guard);

    /// <summary>Registers a handle over the session with a guard; told by <see cref="MeetingKeeper.Registered"/>.</summary>
    void Register(X25519PublicKey guard, MeetingSecret secret);

    /// <summary>Gives a handle up over the session with a guard.</summary>
    void Forget(X25519PublicKey guard, MeetingSecret secret);
}
