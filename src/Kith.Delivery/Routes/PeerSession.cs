using System.Net;
using Kith.Crypto;
using Kith.Transport;

namespace Kith.Delivery.Routes;

/// <summary>One session with another node, as the node loop sees it: who it is, and how to answer on it. Its calls never wait.</summary>
public sealed class PeerSession
{
    private readonly ISession _session;
    private readonly PeerLink _link;

    internal PeerSession(ISession session, PeerLink link, long id, long since)
    {
        _session = session;
        _link = link;
        Id = id;
        Since = since;
        RemoteKeyBytes = session.RemoteKey.ToArray();
    }

    /// <summary>Unique in this process.</summary>
    public long Id { get; }

    /// <summary>The other node's transport key, proved by the handshake.</summary>
    public X25519PublicKey RemoteKey => _session.RemoteKey;

    /// <summary>The same as bytes.</summary>
    public ReadOnlyMemory<byte> RemoteKeyBytes { get; }

    /// <summary>What binds proofs to this session.</summary>
    public ReadOnlyMemory<byte> HandshakeHash => _session.HandshakeHash;

    /// <summary>The carrier's name: "tcp" or "udp".</summary>
    public string Carrier => _session.Carrier;

    /// <summary>Where the other node is, when the carrier knows.</summary>
    public EndPoint? RemoteEndPoint => _session.RemoteEndPoint;

    /// <summary>Which route it is at this moment: a session can move from one to another.</summary>
    public RouteKind Route => PeerLink.RouteOf(_session.Path.Kind);

    /// <summary>True when the other node called.</summary>
    public bool IsIncoming => !_session.IsInitiator;

    /// <summary>Unix milliseconds.</summary>
    public long Since { get; }

    /// <summary>Smoothed, once measured.</summary>
    public TimeSpan? RoundTrip => _session.RoundTripTime;

    /// <summary>Sends one envelope on this very session; false when it has ended or there is no room.</summary>
    public bool TrySendEnvelope(ReadOnlyMemory<byte> envelope) => _link.Send(PeerFrameType.Envelope, [envelope]) == 1;

    /// <summary>Asks for a bundle on this very session: the proof inside is bound to it.</summary>
    public bool TrySendBundleRequest(ReadOnlyMemory<byte> body) => _link.Send(PeerFrameType.BundleRequest, [body]) == 1;

    /// <summary>Answers a bundle request.</summary>
    public bool TrySendBundle(ReadOnlyMemory<byte> body) => _link.Send(PeerFrameType.Bundle, [body]) == 1;
}
