#pragma warning disable RS0030 // the carrier that owns the sockets to and from Tor

using System.Net;
using System.Net.Sockets;
using System.Text;
using Kith.Crypto;
using Kith.Transport.Dialing;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;
using Kith.Transport.Tcp;
using Kith.Transport.Tor.Socks;

namespace Kith.Transport.Tor;

/// <summary>
/// Sessions through Tor, between onion services (docs/protocol/tor.md): the handshake and the records of TCP, over a stream that Tor makes. It takes addresses of kind "onion" and no others, and never
/// goes another way. Calls to two nodes never share a circuit.
/// </summary>
public sealed class TorCarrier : ICarrier
{
    private const int Backlog = 128;

    // Told to Tor as user names; they mean nothing outside this run.
    private readonly byte[] _isolationKey = new byte[HmacSha256.HashSize];
    private readonly KeyTurns _turns = new();
    private readonly TransportIdentity _identity;
    private readonly TorRun _tor;
    private readonly TimeProvider _time;

    /// <param name="identity">Who this node is.</param>
    /// <param name="tor">The Tor that it goes through; the caller's.</param>
    /// <param name="time">The clock of every timeout.</param>
    /// <param name="random">Draws what keeps this run's circuits apart.</param>
    public TorCarrier(TransportIdentity identity, TorRun tor, TimeProvider time, IRandom random)
    {
        _identity = identity;
        _tor = tor;
        _time = time;
        random.Fill(_isolationKey);
    }

    /// <inheritdoc/>
    public string Name => NodeAddress.OnionKind;

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => address.Kind == NodeAddress.OnionKind;

    /// <inheritdoc/>
    /// <remarks>Waits for Tor to be ready first, <see cref="TorLimits.ReadyTimeout"/> at most.</remarks>
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default) =>
        ConnectAsync(addresses, remoteKey, _identity, cancellationToken);

    /// <summary>As <see cref="ConnectAsync(IReadOnlyList{NodeAddress}, X25519PublicKey?, CancellationToken)"/>, under another identity than this node's: for who must not be recognised.</summary>
    /// <param name="addresses">Where the node may be, the most likely first; each one of kind "onion".</param>
    /// <param name="remoteKey">The key the other node must prove; null takes whoever answers.</param>
    /// <param name="identity">Who calls.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SessionException">Tor is not ready, the service was not reached, or another answered.</exception>
    public async Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, TransportIdentity identity, CancellationToken cancellationToken)
    {
        if (addresses.FirstOrDefault(address => !Takes(address)) is { } other)
            throw new ArgumentException($"an address of kind {other.Kind} is not for the {Name} carrier", nameof(addresses));
        await WaitReadyAsync(cancellationToken).ConfigureAwait(false);
        return await DialRace.RunAsync(addresses, (address, ct) => CallAsync(address, remoteKey, identity, ct), _time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Listens for what an onion service of this node's brings: hand the listener's endpoint to <see cref="TorRun.Serve"/>.</summary>
    /// <param name="endPoint">On loopback; port 0 takes a free one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An endpoint that other machines could reach.</exception>
    /// <exception cref="SocketException">It cannot be listened on.</exception>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IPAddress.IsLoopback(endPoint.Address))
            throw new ArgumentException("what listens for an onion service listens on loopback alone", nameof(endPoint));
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return Task.FromResult<IListener>(TcpSessionListener.Onion(socket, _identity, _time));
    }

    private async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(TorLimits.ReadyTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _tor.WaitReadyAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(SessionErrorCode.Unreachable, _tor.State.Problem ?? "Tor is not ready yet");
        }
    }

    private async Task<ISession> CallAsync(NodeAddress address, X25519PublicKey? remoteKey, TransportIdentity identity, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(TorLimits.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Socket socket;
        try
        {
            if (_tor.Socks is not { } proxy)
                throw new SessionException(SessionErrorCode.Unreachable, _tor.State.Problem ?? "Tor is not ready yet");
            // Tor has one key for a service: who gives another's service for theirs, with a wrong key, must not take its key away from whoever is called there rightly.
            using var turn = address.HasClientKey ? await _turns.TakeAsync(address.Host, either.Token).ConfigureAwait(false) : null;
            await TellKeyAsync(address, either.Token).ConfigureAwait(false);
            var isolation = IsolationOf(address, remoteKey, identity.StaticKey.PublicKey);
            socket = await PatientDial.RunAsync(
                (attempt, ct) => SocksDial.ConnectAsync(proxy, address.Host + OnionAddress.Suffix, address.Port, attempt == 0 ? isolation : $"{isolation} {attempt}", _tor.LookAgain, ct),
                async ct =>
                {
                    if (!await _tor.LookAgainAsync(ct).ConfigureAwait(false))
                        return false;
                    await TellKeyAsync(address, ct).ConfigureAwait(false);
                    return true;
                },
                _time,
                either.Token).ConfigureAwait(false);
        }
        catch (TorException error)
        {
            throw new SessionException(SessionErrorCode.Unreachable, error.Message, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(SessionErrorCode.Unreachable, "Tor did not reach the onion service in time");
        }

        var core = HandshakeCore.Initiate(identity, remoteKey, SessionParameters.Default);
        return await Handshaker.RunAsync(TcpLink.Onion(socket), core, _time, cancellationToken).ConfigureAwait(false);
    }

    private async Task TellKeyAsync(NodeAddress address, CancellationToken cancellationToken)
    {
        using var key = address.OpenClientKey();
        if (key is not null)
            await _tor.SetClientKeyAsync(address.Service!.Value, key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What Tor is told to keep apart: a text of the other node's key, or of its address when the key is not known, and of the key that calls, under a secret of this run.</summary>
    /// <remarks>Whoever calls twice under keys drawn for it must not be known for one by the circuit.</remarks>
    internal string IsolationOf(NodeAddress address, X25519PublicKey? remoteKey, X25519PublicKey? caller = null)
    {
        Span<byte> tag = stackalloc byte[HmacSha256.HashSize];
        HmacSha256.Hash(_isolationKey, [.. (caller ?? _identity.StaticKey.PublicKey).ToArray(), .. remoteKey?.ToArray() ?? Encoding.ASCII.GetBytes(address.Host)], tag);
        return Convert.ToHexStringLower(tag);
    }
}
