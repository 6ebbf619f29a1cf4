using Kith.Transport.Connections.Hosting;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>One call to a node over UDP, at as many places as come to be known while it lasts. For several threads.</summary>
public sealed class UdpDial : IAsyncDisposable
{
    private readonly UdpSession _session;

    internal UdpDial(UdpSession session) => _session = session;

    /// <summary>The session, once the other node has answered from one of the candidates and proved its key; faults with a <see cref="SessionException"/> when none does in time.</summary>
    public Task<IUdpSession> Session => _session.Established;

    /// <summary>
    /// Calls there too from now on, again and again with growing pauses until one candidate answers; once there is a session, asks whether it can be reached there as well
    /// (<see cref="IUdpSession.Probe"/>). At most 32 candidates count, and none that the port has no way to.
    /// </summary>
    public void Try(Endpoint candidate) => _session.Try(candidate);

    /// <summary>Gives the call up; a session that it has already led to goes on.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_session.Established.IsCompleted)
            _session.Abandon();
        return ValueTask.CompletedTask;
    }
}
