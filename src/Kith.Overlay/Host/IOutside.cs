using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.Overlay.Host;

/// <summary>What <see cref="OverlayCore"/> wants done that is neither a datagram of its own port nor time. Each call returns at once; what comes of it is told to the core later.</summary>
internal interface IOutside : ICircuitPaths
{
    /// <summary>Sends a datagram, sealed already where it must be, to the local network's group.</summary>
    void SendMulticast(ReadOnlySpan<byte> datagram);

    /// <summary>Resolves a name; the answer goes to <see cref="Entry.EntryCore.Resolved"/>.</summary>
    void Resolve(int id, string host);

    /// <summary>Asks a DNS server; the answer goes to <see cref="Entry.EntryCore.Exchanged"/>.</summary>
    void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message);

    /// <summary>The sockets beside the port, to observe NATs with.</summary>
    INatSockets NatSockets => NoNatSockets.Instance;

    /// <summary>Further sockets, for punching where a NAT gives each destination another port.</summary>
    IPunchSockets PunchSockets => NoPunchSockets.Instance;

    /// <summary>Where an introducer is reached: its own endpoint, or that of a tunnel to it.</summary>
    Endpoint RouteTo(Endpoint introducer) => introducer;

    /// <summary>The node with this transport key was heard at an endpoint, by a probe of a call between us.</summary>
    void Reached(X25519PublicKey key, Endpoint at)
    {
    }

    /// <summary>Where a datagram really came from; see <see cref="IReachGround.Behind"/>.</summary>
    Endpoint Behind(Endpoint from) => from;

    /// <summary>It is the moment to connect by TCP (<see cref="IOverlayObserver.Meet"/>).</summary>
    void Meet(X25519PublicKey key, Endpoint at, bool isInitiator)
    {
    }

    /// <summary>A contact knocked (<see cref="IOverlayObserver.Knocked"/>).</summary>
    void Knocked(FindSecret secret, Contactable content, long madeAt);

    // Outside of a real port there are no virtual paths: whoever has none needs to agree to no relays either.
    Endpoint ICircuitPaths.Add(CircuitEnd end) => throw new NotSupportedException("no circuits without a port");

    void ICircuitPaths.Remove(Endpoint path, RelayRefusal why) => throw new NotSupportedException("no circuits without a port");
}
