using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>Makes sessions by the UDP carrier.</summary>
/// <param name="carrier">Stays its owner's.</param>
public sealed class UdpReachDialer(UdpCarrier carrier) : IReachDialer
{
    /// <inheritdoc/>
    public IReachDial Dial(X25519PublicKey? remoteKey) => new Dialing(carrier.Dial(remoteKey));

    /// <inheritdoc/>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken) => carrier.ListenAsync(endPoint, cancellationToken);

    private sealed class Dialing(UdpDial dial) : IReachDial
    {
        public Task<IUdpSession> Session => dial.Session;

        public void Try(Endpoint candidate) => dial.Try(candidate);

        public ValueTask DisposeAsync() => dial.DisposeAsync();
    }
}
