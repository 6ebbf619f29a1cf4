using System.Net;
using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport;

/// <summary>
/// A secure session between two nodes, over whatever carrier: encrypted, each side's static key proved to the other. Safe for use from several
/// threads. Dispose it to close it; disposal waits for its loops.
/// </summary>
public interface ISession : IAsyncDisposable
{
    /// <summary>The other node's static key, proved by the handshake.</summary>
    X25519PublicKey RemoteKey { get; }

    /// <summary>The handshake hash (Noise section 11.2), the same at both ends and unique to this session: what binds proofs to it.</summary>
    ReadOnlyMemory<byte> HandshakeHash { get; }

    /// <summary>The name of the carrier: "tcp", "udp".</summary>
    string Carrier { get; }

    /// <summary>Where the other node is, when the carrier knows.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>Which of this machine's addresses the session cannot do without: once the machine has lost it, the session is dead. Null when it can change to another.</summary>
    IPAddress? LocalAddress { get; }

    /// <summary>The way that its packets go now.</summary>
    SessionPath Path { get; }

    /// <summary>Raised after <see cref="Path"/> has changed, on a thread of the session's and outside its lock: do not block there.</summary>
    event Action? PathChanged;

    /// <summary>True when this node began the session.</summary>
    bool IsInitiator { get; }

    /// <summary>The smoothed round trip (RFC 9002 section 5.3), once measured.</summary>
    TimeSpan? RoundTripTime { get; }

    /// <summary>How long nothing has come from the other node.</summary>
    TimeSpan Silence { get; }

    /// <summary>Completes when the session has ended and its loops have stopped; never faults.</summary>
    Task<SessionClose> Closed { get; }

    /// <summary>Opens a stream; waits while the other node allows no more.</summary>
    /// <exception cref="SessionException">The session has ended.</exception>
    ValueTask<IStream> OpenStreamAsync(StreamKind kind, CancellationToken cancellationToken = default);

    /// <summary>The streams that the other node opens, each once, until the session ends. No more wait here than it was allowed to open.</summary>
    IAsyncEnumerable<IStream> AcceptStreamsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a message that may get lost. False when it is too large (<see cref="SessionLimits.MaxDatagramSize"/>), the queue is full, or the
    /// session has ended: it is dropped.
    /// </summary>
    bool TrySendDatagram(ReadOnlySpan<byte> datagram);

    /// <summary>Received datagrams, oldest first; further ones are dropped while <see cref="SessionLimits.MaxQueuedDatagrams"/> wait.</summary>
    ChannelReader<ReadOnlyMemory<byte>> Datagrams { get; }

    /// <summary>Sends what is buffered as far as the other side takes it, says why, and ends within <see cref="SessionLimits.CloseLinger"/>. Later calls wait for the same end.</summary>
    Task CloseAsync(SessionErrorCode code = SessionErrorCode.None);

    /// <summary>Ends at once, without a word to the other node: for when nothing can go there any more.</summary>
    void Abandon();
}
