#pragma warning disable RS0030 // the carrier that owns TCP sockets

using System.Collections.Concurrent;
using System.Net;
using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;
using Kith.Transport.Tcp.SimultaneousOpen;

namespace Kith.Transport.Tcp;

/// <content>Connections that both sides begin at once.</content>
public sealed partial class TcpCarrier
{
    /// <summary>Connections that may come about and come to nothing before it is given up.</summary>
    private const int MaxMeetings = 3;

    private readonly ConcurrentDictionary<TcpSessionListener, bool> _listeners = [];

    /// <summary>
    /// Connects from the port that this carrier listens on to the other's, while the other does the same towards us, and makes a session of it. Both must begin within some hundred
    /// milliseconds of each other; it is tried for six seconds at most. Who is the initiator must be agreed, as neither side called the other.
    /// </summary>
    /// <param name="remote">The other's endpoint: of the internet, or of its NAT.</param>
    /// <param name="remoteKey">Whom it must be.</param>
    /// <param name="isInitiator">Whether we begin the handshake; the other must not.</param>
    /// <param name="localPort">The port to connect from, one that this carrier listens on: where the other expects us. 0 for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SessionException">It did not come about: <see cref="SessionErrorCode.Unreachable"/>; or the handshake failed.</exception>
    public async Task<ISession> OpenSimultaneouslyAsync(IPEndPoint remote, X25519PublicKey remoteKey, bool isInitiator, int localPort = 0, CancellationToken cancellationToken = default)
    {
        var listener = _listeners.Keys.FirstOrDefault(one => one.LocalEndPoint.AddressFamily == remote.AddressFamily && (localPort == 0 || one.LocalEndPoint.Port == localPort) && one.SharesPort)
            ?? throw new SessionException(SessionErrorCode.Unreachable, "this node listens on no port that it could connect from");
        for (var tries = 1; ; tries++)
        {
            try
            {
                var session = await OpenAsync(listener, remote, remoteKey, isInitiator, cancellationToken).ConfigureAwait(false);
                if (session.RemoteKey.Equals(remoteKey))
                    return session;
                await session.CloseAsync(SessionErrorCode.WrongKey).ConfigureAwait(false);
                throw new SessionException(SessionErrorCode.WrongKey, "the node at this address is not the one that was meant");
            }
            catch (SessionException error) when (tries < MaxMeetings && error.Code is SessionErrorCode.Refused or SessionErrorCode.ConnectionLost)
            {
                // The other's listener took ours for a stranger's, and has let go of it now that the other is there too.
            }
        }
    }

    private async Task<Session> OpenAsync(TcpSessionListener listener, IPEndPoint remote, X25519PublicKey remoteKey, bool isInitiator, CancellationToken cancellationToken)
    {
        var socket = await SimultaneousConnect.ConnectAsync(listener, remote, time, cancellationToken).ConfigureAwait(false)
            ?? throw new SessionException(SessionErrorCode.Unreachable, "the two connections did not meet");
        var core = isInitiator ? HandshakeCore.Initiate(identity, remoteKey, SessionParameters.Default) : HandshakeCore.Respond(identity, SessionParameters.Default);
        return await Handshaker.RunAsync(new TcpLink(socket), core, time, cancellationToken).ConfigureAwait(false);
    }

    private TcpSessionListener Follow(TcpSessionListener listener)
    {
        _listeners.TryAdd(listener, true);
        listener.Disposed = () => _listeners.TryRemove(listener, out _);
        return listener;
    }
}
