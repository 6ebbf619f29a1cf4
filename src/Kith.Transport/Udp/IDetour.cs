using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// Another way for the datagrams of a port to ordinary endpoints, for a network that lets no UDP through (docs/protocol/tunnel.md). Asked on the thread that sends or receives, perhaps under
/// its locks: it answers at once and calls nobody of the rooms above back.
/// </summary>
public interface IDetour
{
    /// <summary>Whether datagrams are asked about one by one.</summary>
    bool IsOn { get; }

    /// <summary>While it is on: whether the datagram went this way; false when it is to go by UDP.</summary>
    bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram);

    /// <summary>The way that leads to an endpoint now; null when it is UDP.</summary>
    IVirtualPath? PathOf(Endpoint to);

    /// <summary>While it is off: something goes by UDP.</summary>
    void Sent(Endpoint to);

    /// <summary>Something came by UDP.</summary>
    void Received(Endpoint from);
}
