using System.Net;
using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport;

/// <summary>A way to make sessions: TCP, UDP, and what is built of them.</summary>
public interface ICarrier
{
    /// <summary>The carrier's name: "tcp", "udp".</summary>
    string Name { get; }

    /// <summary>Whether it can do something with an address.</summary>
    bool Takes(NodeAddress address);

    /// <summary>Connects at whichever of the addresses answers first, and proves both keys.</summary>
    /// <param name="addresses">Where the node may be, the most likely first; each one that the carrier takes.</param>
    /// <param name="remoteKey">The key the other node must prove; null takes whoever answers, and says who in <see cref="ISession.RemoteKey"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An address that it does not take.</exception>
    /// <exception cref="SessionException">Not reached, refused, another version, or not the node that was meant: of several addresses what says most.</exception>
    Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default);

    /// <summary>Listens; port 0 takes a free one.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on (in use, not ours).</exception>
    Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default);
}

/// <summary>Accepts sessions until disposed. Disposal stops listening and ends pending handshakes; sessions already handed out go on.</summary>
public interface IListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the port it got.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Sessions whose handshake is done. Bounded: while it is full, further sessions are closed with <see cref="SessionErrorCode.Busy"/>.</summary>
    ChannelReader<ISession> Sessions { get; }
}
