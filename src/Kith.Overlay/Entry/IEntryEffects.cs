using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <summary>
/// What <see cref="EntryCore"/> wants done outside. Each call returns at once and comes from within a call to the core; what it leads to is told to the core later, never
/// from within.
/// </summary>
public interface IEntryEffects
{
    /// <summary>
    /// Asks a node whether it is there: a DHT ping, and the walker's introduction request unless it is one of mainline's routers. When anything proven comes from there, tell
    /// <see cref="EntryCore.Answered"/>.
    /// </summary>
    void Ask(Endpoint node, EntrySource source);

    /// <summary>Sends a datagram from the overlay's own socket, sealed in a private swarm: the answer to a beacon of the local network.</summary>
    void Send(Endpoint to, ReadOnlySpan<byte> datagram);

    /// <summary>Sends a datagram to everybody on the local network, sealed in a private swarm, on all interfaces (loopback alone where the node listens only there).</summary>
    void SendMulticast(ReadOnlySpan<byte> datagram);

    /// <summary>Resolves a name with the system's resolver; the result goes to <see cref="EntryCore.Resolved"/>.</summary>
    void Resolve(int id, string host);

    /// <summary>Sends a DNS message and brings the answer to <see cref="EntryCore.Exchanged"/>: over UDP, and over TCP when the answer is truncated or the message too long.</summary>
    /// <param name="id">To be given back.</param>
    /// <param name="server">Whom to ask; null for the servers that the system is configured with.</param>
    /// <param name="message">The whole message.</param>
    void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message);
}
