using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// A way for datagrams that is not the port's own socket: a relay's circuit, a tunnel, one of many sockets of a punch. It has an endpoint of its own at the port
/// (<see cref="UdpPort.AddPath"/>), so whatever speaks to endpoints speaks through it without knowing.
/// </summary>
public interface IVirtualPath
{
    /// <summary>What kind of way it is.</summary>
    PathKind Kind { get; }

    /// <summary>The longest datagram that passes, bytes.</summary>
    int MaxDatagram { get; }

    /// <summary>Where it leads, for people.</summary>
    string Describe();

    /// <summary>Where the other end's connections come from, as the system says; default where nothing shows it.</summary>
    Endpoint Outer => default;

    /// <summary>Sends a datagram at best effort, without waiting; false when it is dropped. Called from any thread, under locks of the rooms above: call nobody of them back here.</summary>
    bool TrySend(ReadOnlySpan<byte> datagram);
}
