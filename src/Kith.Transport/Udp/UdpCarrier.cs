using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Connections;
using Kith.Transport.Connections.Hosting;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// Sessions over the datagrams of a UDP port (docs/protocol/udp.md). It takes the port's first bytes 0x40 to 0x5f and 0xc0 to 0xdf. Dispose it before the port: that ends its
/// sessions without a word, so close them before.
/// </summary>
public sealed class UdpCarrier : ICarrier, IAsyncDisposable
{
    private readonly ConnectionHost _host;
    private int _isListening;

    /// <summary>A carrier on a port, which stays the caller's.</summary>
    /// <param name="port">The port; it may be started before or after.</param>
    /// <param name="identity">Who this node is.</param>
    /// <param name="time">The clock of every timeout.</param>
    public UdpCarrier(UdpPort port, TransportIdentity identity, TimeProvider time)
        : this(port, identity, time, ConnectionOptions.Default)
    {
    }

    internal UdpCarrier(UdpPort port, TransportIdentity identity, TimeProvider time, ConnectionOptions options) =>
        _host = new ConnectionHost(port, identity, options, time);

    /// <inheritdoc/>
    public string Name => UdpSession.CarrierName;

    /// <summary>
    /// No session is silent for longer: before a NAT on the way forgets it. 15 s unless it is set; never less than 2 s. Sessions follow with their next packet.
    /// </summary>
    public TimeSpan KeepAlive
    {
        get => _host.KeepAlive;
        set => _host.KeepAlive = value < SessionLimits.KeepAliveInterval ? value : SessionLimits.KeepAliveInterval;
    }

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => address.Kind is NodeAddress.TcpKind or NodeAddress.UdpKind;

    /// <summary>Begins a call that goes nowhere yet: <see cref="UdpDial.Try"/> says where to.</summary>
    /// <param name="remoteKey">The key the other node must prove; null takes whoever answers.</param>
    /// <param name="identity">Who calls, where it is not the node itself: a key that outlives the session. Null for the node.</param>
    public UdpDial Dial(X25519PublicKey? remoteKey, TransportIdentity? identity = null) => new(_host.Dial(remoteKey, identity));

    /// <inheritdoc/>
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default) =>
        ConnectAsync(addresses, remoteKey, null, cancellationToken);

    /// <inheritdoc cref="ConnectAsync(IReadOnlyList{NodeAddress}, X25519PublicKey?, CancellationToken)"/>
    internal async Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, TransportIdentity? identity, CancellationToken cancellationToken)
    {
        if (addresses.FirstOrDefault(address => !Takes(address)) is { } other)
            throw new ArgumentException($"an address of kind {other.Kind} is not for the {Name} carrier", nameof(addresses));
        cancellationToken.ThrowIfCancellationRequested();
        var dial = Dial(remoteKey, identity);
        await using (dial.ConfigureAwait(false))
        {
            using var resolving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var tried = addresses.Select(address => TryAsync(dial, address, resolving.Token)).ToList();
            var session = dial.Session;
            if (await Task.WhenAny(session, AnyAsync(tried)).ConfigureAwait(false) != session && !tried.Exists(one => one.IsCompletedSuccessfully && one.GetAwaiter().GetResult()))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new SessionException(SessionErrorCode.Unreachable, "there is no address to try over UDP");
            }

            try
            {
                return await session.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (session.IsCompletedSuccessfully)
            {
                // It got through after all, and nobody wants it.
                await (await session.ConfigureAwait(false)).CloseAsync(SessionErrorCode.Superseded).ConfigureAwait(false);
                throw;
            }
            finally
            {
                await resolving.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(tried).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes in sessions that others begin; once at a time, and at the port alone that the carrier is on.</summary>
    /// <exception cref="SocketException">Another port, or somebody listens already.</exception>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if ((endPoint.Port != 0 && endPoint.Port != _host.Port.Port) || Interlocked.Exchange(ref _isListening, 1) != 0)
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        return Task.FromResult<IListener>(new UdpSessionListener(_host));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    // True as soon as one has got somewhere, false when all have come to nothing.
    private static async Task<bool> AnyAsync(IEnumerable<Task<bool>> tried)
    {
        await foreach (var one in Task.WhenEach(tried).ConfigureAwait(false))
        {
            if (await one.ConfigureAwait(false))
                return true;
        }

        return false;
    }

    // Whether there was an endpoint to call at.
    private async Task<bool> TryAsync(UdpDial dial, NodeAddress address, CancellationToken cancellationToken)
    {
        IEnumerable<IPEndPoint> endPoints;
        try
        {
            endPoints = address.ToIPEndPoint() is { } ip
                ? [ip]
                : (await System.Net.Dns.GetHostAddressesAsync(address.Host, cancellationToken).ConfigureAwait(false)).Select(found => new IPEndPoint(found, address.Port));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return false;
        }

        var any = false;
        foreach (var endpoint in endPoints.Select(Endpoint.From).Where(one => !UdpPort.IsVirtual(one) && _host.Port.CanSendTo(one)))
        {
            any = true;
            dial.Try(endpoint);
        }

        return any;
    }
}
