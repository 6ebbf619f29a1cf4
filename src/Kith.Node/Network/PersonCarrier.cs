using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Dialing;

namespace Kith.Node.Network;

/// <summary>
/// Calls of a person whose node goes by another key (docs/protocol/privacy.md, "Veiled"): to those contacts who may learn where it is, under the person's own key, at their addresses. It is never called.
/// </summary>
/// <param name="dialer">Makes the sessions.</param>
/// <param name="key">The device's key; stays the caller's.</param>
internal sealed class PersonCarrier(NamelessDialer dialer, X25519PrivateKey key) : ICarrier
{
    /// <inheritdoc/>
    public string Name => NodeAddress.UdpKind;

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => address.Kind is NodeAddress.TcpKind or NodeAddress.UdpKind;

    /// <inheritdoc/>
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default) =>
        dialer.ConnectAsync(addresses, remoteKey, key, cancellationToken);

    /// <inheritdoc/>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default) => throw new NotSupportedException("whoever is veiled is not called");
}
