using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>Makes sessions over datagrams at endpoints that others find: what <see cref="ReachCarrier"/> needs of the UDP carrier.</summary>
public interface IReachDialer
{
    /// <summary>Begins a call that goes nowhere yet.</summary>
    IReachDial Dial(X25519PublicKey? remoteKey);

    /// <summary>Takes in sessions that others begin.</summary>
    Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken);
}

/// <summary>One session on its way.</summary>
public interface IReachDial : IAsyncDisposable
{
    /// <summary>The session, once it stands; faults with a <see cref="SessionException"/> when no candidate answered in time.</summary>
    Task<IUdpSession> Session { get; }

    /// <summary>Calls there too from now on.</summary>
    void Try(Endpoint candidate);
}
