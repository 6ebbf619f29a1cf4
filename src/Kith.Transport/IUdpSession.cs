using Kith.Wire;

namespace Kith.Transport;

/// <summary>A session over datagrams: it outlives the path that it began on.</summary>
public interface IUdpSession : ISession
{
    /// <summary>
    /// Raised when no known path answers any more, once until one does again: others must be found (<see cref="Probe"/>), or the session dies of silence. On a thread of the
    /// session's and outside its lock.
    /// </summary>
    event Action? PathLost;

    /// <summary>
    /// Asks whether the other node can be reached at an endpoint too (RFC 9000 section 8.2). Once it answers from there, the initiator changes to it if it is better than the path
    /// in use: direct beats tunnel beats relay, then the shorter round trip by a clear margin. Nothing that was sent is lost or repeated by the change.
    /// </summary>
    void Probe(Endpoint candidate);

    /// <summary>This machine's addresses or interfaces have changed, or it slept: the path in use and every other known one is asked at once, and the session goes on over what answers.</summary>
    void NetworkChanged();
}
