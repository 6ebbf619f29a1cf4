#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>One socket of a <see cref="UdpPort"/>: receives in a loop of its own, sends on the caller's thread.</summary>
internal sealed class UdpSocket : IAsyncDisposable
{
    /// <summary>Bytes that the system keeps for us while we are busy: some thousand small datagrams.</summary>
    private const int SystemReceiveBuffer = 1 << 20;

    /// <summary>Errors in a row after which receiving pauses.</summary>
    private const int MaxErrorsInARow = 16;

    /// <summary>SIO_UDP_CONNRESET: whether Windows reports an ICMP "port unreachable" as an error of the next receive.</summary>
    private const int WindowsConnectionReset = unchecked((int)0x9800000C);

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly UdpPort _port;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private Task _receiving = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Binds a socket.</summary>
    /// <exception cref="SocketException">The system refuses: the port is taken, or the address is not ours.</exception>
    public UdpSocket(IPEndPoint local, UdpPort port, TimeProvider time)
    {
        (_port, _time) = (port, time);
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // The IPv4 half has a socket of its own.
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false;
            // A full send buffer is a lost datagram, never a wait.
            _socket.Blocking = false;
            _socket.ReceiveBufferSize = SystemReceiveBuffer;
            if (OperatingSystem.IsWindows())
                _socket.IOControl(WindowsConnectionReset, [0, 0, 0, 0], null);
            _socket.Bind(local);
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

    /// <summary>Begins to receive.</summary>
    public void Start() => _receiving = ReceiveAsync();

    /// <summary>Sends a datagram to an address of the socket's family; false when the system did not take it.</summary>
    public bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, SocketAddresses.Shared(to));
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // No way there, the buffer full, or closing: all the same to somebody who sends datagrams.
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task ReceiveAsync()
    {
        // Off the thread that opened the port: the loop runs the rooms above.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var buffer = ArrayPool<byte>.Shared.Rent(UdpPort.MaxDatagram + 1);
        var from = SocketAddresses.Create(_socket.AddressFamily);
        var errors = 0;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var count = await _socket.ReceiveFromAsync(buffer.AsMemory(0, UdpPort.MaxDatagram + 1), SocketFlags.None, from, _stopping.Token).ConfigureAwait(false);
                errors = 0;
                _port.Deliver(SocketAddresses.Read(from), buffer.AsSpan(0, count));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
            catch (SocketException)
            {
                // ICMP errors and the like belong to some datagram sent before: the port goes on.
                if (++errors >= MaxErrorsInARow)
                    await Task.Delay(ErrorPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
