using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Which session leads to a peer. Normally the route's; in the moment in which a stranger becomes a contact, the one on which the stranger's first words came,
/// so that the first answer need not wait for the route. Belongs to the loop.
/// </summary>
internal sealed class PeerSessions(DirectRoute route, IPeerProtocol peers)
{
    private readonly List<PeerSession> _heard = [];

    /// <summary>Something came on a session in this batch.</summary>
    public void Heard(PeerSession session)
    {
        if (!_heard.Contains(session))
            _heard.Add(session);
    }

    /// <summary>A batch begins.</summary>
    public void Clear() => _heard.Clear();

    /// <summary>The session to a peer, or null.</summary>
    public PeerSession? Of(AccountId peer) => route.SessionOf(peer) ?? _heard.Find(session => peers.PeerOf(session.RemoteKeyBytes.Span) == peer);
}
