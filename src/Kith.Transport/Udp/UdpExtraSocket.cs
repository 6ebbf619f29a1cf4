#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// A further socket on a port of the system's choice: one of the many with which a hard NAT is met. It sends small datagrams and hands out what comes; once it has found the
/// other side it can become a virtual path of the port (<see cref="BecomePath"/>). For several threads.
/// </summary>
public sealed class UdpExtraSocket : IVirtualPath, IDisposable
{
    /// <summary>The longest datagram that it receives, bytes: what an Ethernet without tunnels lets through.</summary>
    public const int LongestDatagram = 1472;

    /// <summary>Errors in a row (ICMP answers and the like) after which it gives up receiving.</summary>
    private const int MaxErrorsInARow = 256;

    private readonly UdpPort _port;
    private readonly IExtraTaker _taker;
    private readonly Socket _socket;
    private readonly Lock _gate = new(); // guards what follows when it is written
    private Endpoint _remote;
    private Endpoint _path;
    private volatile bool _isPath;
    private bool _isDisposed;

    internal UdpExtraSocket(UdpPort port, IPAddress local, IExtraTaker taker)
    {
        (_port, _taker) = (port, taker);
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false;
            // A full send buffer is a lost datagram, never a wait.
            _socket.Blocking = false;
            _socket.Bind(new IPEndPoint(local, 0));
            LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Where it is bound.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public PathKind Kind => PathKind.Direct;

    /// <inheritdoc/>
    public int MaxDatagram => LongestDatagram;

    /// <summary>Whether it serves as a path.</summary>
    public bool IsPath => _isPath;

    /// <inheritdoc/>
    public string Describe() => _remote.ToString();

    /// <summary>Sends a datagram, at best effort, on this thread; false when the system did not take it.</summary>
    public bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (to.Port == 0 || to.IsIPv4 != (LocalEndPoint.AddressFamily == AddressFamily.InterNetwork))
            return false;
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, SocketAddresses.Shared(to));
            _port.CountSent(datagram.Length);
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TrySend(ReadOnlySpan<byte> datagram) => _isPath && TrySend(_remote, datagram);

    /// <summary>
    /// Makes it a virtual path to one remote endpoint: what is sent to the returned endpoint goes there, and what comes from there goes to the port's takers. Anything else that
    /// comes still goes to the extra taker. Disposing the socket takes the path away. Called again it returns the same path; null for another remote endpoint, or when it is closed.
    /// </summary>
    public Endpoint? BecomePath(Endpoint remote)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return null;
            if (_isPath)
                return remote == _remote ? _path : null;
            _remote = remote;
            _path = _port.AddPath(this);
            _isPath = true;
            return _path;
        }
    }

    /// <summary>Closes the socket, and its path with it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        if (_isPath)
            _port.RemovePath(_path);
        _socket.Dispose();
        _port.Forget(this);
    }

    /// <summary>Receives until it is disposed. The run-time's one poll loop serves all sockets; each costs its buffer.</summary>
    internal async Task ReceiveAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var buffer = new byte[LongestDatagram + 1];
        var from = SocketAddresses.Create(_socket.AddressFamily);
        for (var errors = 0; errors < MaxErrorsInARow;)
        {
            try
            {
                var count = await _socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, from).ConfigureAwait(false);
                errors = 0;
                HandOut(SocketAddresses.Read(from), buffer.AsSpan(0, count));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                if (Volatile.Read(ref _isDisposed))
                    return;
                errors++;
            }
        }
    }

    private void HandOut(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        _port.CountReceived(datagram.Length);
        if (datagram.Length is 0 or > LongestDatagram || UdpPort.IsVirtual(from))
            return;
        if (_isPath && from == _remote)
            _port.DeliverFrom(_path, datagram);
        else
            _taker.Take(this, from, datagram);
    }
}
