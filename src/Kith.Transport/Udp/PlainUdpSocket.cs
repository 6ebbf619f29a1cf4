#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>A socket with what the BCL has, for every system.</summary>
internal sealed class PlainUdpSocket : UdpSocket
{
    /// <summary>SIO_UDP_CONNRESET: whether Windows reports an ICMP "port unreachable" as an error of the next receive.</summary>
    private const int WindowsConnectionReset = unchecked((int)0x9800000C);

    private readonly UdpPort _port;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private Task _receiving = Task.CompletedTask;
    private bool _isDisposed;

    public PlainUdpSocket(IPEndPoint local, UdpPort port, TimeProvider time)
        : base(local)
    {
        (_port, _time) = (port, time);
        // A full send buffer is a lost datagram, never a wait.
        Socket.Blocking = false;
        try
        {
            if (OperatingSystem.IsWindows())
                Socket.IOControl(WindowsConnectionReset, [0, 0, 0, 0], null);
            // Probing the path's MTU is only honest where nobody fragments.
            Socket.DontFragment = true;
        }
        catch (SocketException)
        {
            // A system that cannot say so: larger datagrams may arrive in pieces.
        }
    }

    public override void Start() => _receiving = ReceiveAsync();

    public override bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        try
        {
            Socket.SendTo(datagram, SocketFlags.None, SocketAddresses.Shared(to));
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // No way there, too long for it, the buffer full, or closing: all the same to somebody who sends datagrams.
            return false;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        Socket.Dispose();
        await _receiving.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task ReceiveAsync()
    {
        // Off the thread that opened the port: the loop runs the rooms above.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var buffer = ArrayPool<byte>.Shared.Rent(UdpPort.LongestDatagram + 1);
        var from = SocketAddresses.Create(Socket.AddressFamily);
        var errors = 0;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var count = await Socket.ReceiveFromAsync(buffer.AsMemory(0, UdpPort.LongestDatagram + 1), SocketFlags.None, from, _stopping.Token).ConfigureAwait(false);
                errors = 0;
                _port.Deliver(SocketAddresses.Read(from), buffer.AsSpan(0, count), count);
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
