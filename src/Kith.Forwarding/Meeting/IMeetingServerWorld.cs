using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Transport;

namespace Kith.Forwarding.Meeting;

/// <summary>What serving as a meeting point needs of the world; each call returns at once.</summary>
public interface IMeetingServerWorld
{
    /// <summary>Hands what came for a handle over a session.</summary>
    /// <param name="session">The static key that the session's other side proved.</param>
    /// <param name="handle">The handle.</param>
    /// <param name="payload">What was left, <see cref="SphinxFormat.PayloadSize"/> bytes.</param>
    void Deliver(X25519PublicKey session, NodeHandle handle, ReadOnlyMemory<byte> payload);

    /// <summary>Sends a packet on, as if it had come from somebody else.</summary>
    void Send(long now, HopAddress to, ReadOnlyMemory<byte> packet);
}
