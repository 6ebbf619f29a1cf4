#pragma warning disable RS0030 // the carrier that owns TCP sockets

using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Dialing;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tcp;

/// <summary>Sessions over TCP.</summary>
/// <param name="identity">Who this node is.</param>
/// <param name="time">The clock of every timeout.</param>
public sealed partial class TcpCarrier(TransportIdentity identity, TimeProvider time) : ICarrier
{
    private const int Backlog = 128;

    /// <summary>How long a connection attempt may take before the handshake starts.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name => NodeAddress.TcpKind;

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => address.Kind == NodeAddress.TcpKind;

    /// <inheritdoc/>
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default)
    {
        if (addresses.FirstOrDefault(address => !Takes(address)) is { } other)
            throw new ArgumentException($"an address of kind {other.Kind} is not for the {Name} carrier", nameof(addresses));
        return DialRace.RunAsync(addresses, (address, ct) => ConnectAsync(address, remoteKey, ct), time, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // .NET sets SO_REUSEADDR on Unix before it binds, so that a restarted node gets its port back at once.
            socket.Bind(endPoint);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return Task.FromResult<IListener>(Follow(new TcpSessionListener(socket, identity, time)));
    }

    private async Task<ISession> ConnectAsync(NodeAddress address, X25519PublicKey? remoteKey, CancellationToken cancellationToken)
    {
        var socket = await ConnectSocketAsync(address, cancellationToken).ConfigureAwait(false);
        var core = HandshakeCore.Initiate(identity, remoteKey, SessionParameters.Default);
        return await Handshaker.RunAsync(new TcpLink(socket), core, time, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Socket> ConnectSocketAsync(NodeAddress address, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            EndPoint target = address.ToIPEndPoint() is { } ip ? ip : new DnsEndPoint(address.Host, address.Port);
            await socket.ConnectAsync(target, either.Token).ConfigureAwait(false);
            return socket;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SessionException(SessionErrorCode.Unreachable, "nobody answered at the address in time");
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new SessionException(SessionErrorCode.Unreachable, "nobody could be reached at the address", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
