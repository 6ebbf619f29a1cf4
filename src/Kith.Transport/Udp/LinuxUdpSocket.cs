#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Kith.Wire;
using static Kith.Transport.Udp.LinuxSockets;

namespace Kith.Transport.Udp;

/// <summary>
/// A socket with what Linux has for datagrams: many of one size in one call (UDP GSO, with a control message for each call: as an option of the socket it would split whatever is
/// longer), many at once out of it (UDP GRO), and a thread that waits in the receive itself, so that nothing changes threads between the network and the rooms above.
/// </summary>
internal sealed class LinuxUdpSocket : UdpSocket
{
    /// <summary>UDP_MAX_SEGMENTS of the older kernels.</summary>
    private const int MaxSegments = 64;

    /// <summary>What one call sends at most, bytes: the longest UDP payload over IPv4.</summary>
    private const int MaxBatch = UdpPort.LongestDatagram;

    /// <summary>Ours, and whatever else the kernel may say.</summary>
    private const int ControlRoom = 128;

    private readonly UdpPort _port;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _pause = new();
    private volatile bool _canSegment;
    private bool _isStarted;
    private volatile bool _isStopping;
    private bool _isDisposed;

    public LinuxUdpSocket(IPEndPoint local, UdpPort port)
        : base(local)
    {
        _port = port;
        var handle = Socket.SafeHandle;
        // Beyond the system's limit where we may.
        _ = TrySetOption(handle, LevelSocket, ReceiveBufferForce, SystemBuffer) && TrySetOption(handle, LevelSocket, SendBufferForce, SystemBuffer);
        // RFC 8899 section 3: probes of the path's MTU must not be fragmented, nor held back by what the kernel believes.
        _ = IsIPv6 ? TrySetOption(handle, LevelIPv6, MtuDiscover6, MtuDiscoverProbe) : TrySetOption(handle, LevelIPv4, MtuDiscover4, MtuDiscoverProbe);
        _ = TrySetOption(handle, LevelUdp, UdpGro, 1);
        _canSegment = HasOption(handle, LevelUdp, UdpSegment);
    }

    /// <summary>Whether many datagrams go in one call; false from when the device refused once.</summary>
    public bool CanSegment
    {
        get => _canSegment;
        set => _canSegment = value;
    }

    public override void Start()
    {
        _isStarted = true;
        new Thread(Receive) { IsBackground = true, Name = $"udp {LocalEndPoint}" }.Start();
    }

    public override bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram) => SendOnce(to, datagram, 0) == 0;

    public override int Send(Endpoint to, ReadOnlySpan<byte> datagrams, int size)
    {
        var together = Math.Min(MaxSegments, MaxBatch / size) * size;
        if (together <= size)
            return base.Send(to, datagrams, size);
        var dropped = 0;
        while (datagrams.Length > size && _canSegment)
        {
            var batch = datagrams[..Math.Min(together, datagrams.Length)];
            datagrams = datagrams[batch.Length..];
            var error = SendOnce(to, batch, size);
            if (error == 0)
                continue;
            // EIO: the device cannot do the checksums. EINVAL: the datagrams are longer than its MTU, or it is an old kernel's limit.
            if (error == ErrorInputOutput)
                _canSegment = false;
            dropped += error is ErrorInputOutput or ErrorInvalid ? base.Send(to, batch, size) : (batch.Length + size - 1) / size;
        }

        return dropped + base.Send(to, datagrams, size);
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        _isStopping = true;
        _pause.Set();
        if (_isStarted)
        {
            // Wakes the thread out of its receive; on a socket that is not connected it says ENOTCONN and does it all the same.
            _ = Shutdown(Socket.SafeHandle, Both);
            await _ended.Task.ConfigureAwait(false);
        }

        Socket.Dispose();
        _pause.Dispose();
    }

    // Returns the error's number; 0 when the system took it.
    private unsafe int SendOnce(Endpoint to, ReadOnlySpan<byte> bytes, int segment)
    {
        fixed (byte* data = bytes)
        fixed (byte* name = SocketAddresses.Shared(to).Buffer.Span)
        {
            var vector = new Vector { Base = data, Size = (nuint)bytes.Length };
            var message = new MessageHeader { Name = name, NameSize = (uint)SocketAddresses.SizeOf(to), Vectors = &vector, VectorCount = 1 };
            var control = new ControlHeader { Size = ControlHeader.SizeOf(sizeof(ushort)), Level = LevelUdp, Type = UdpSegment };
            if (segment > 0)
            {
                *(ushort*)&control.Value = (ushort)segment;
                message.Control = (byte*)&control;
                message.ControlSize = (nuint)sizeof(ControlHeader);
            }

            try
            {
                while (SendMessage(Socket.SafeHandle, &message, DontWait) < 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    if (error != ErrorInterrupted)
                        return error;
                }

                return 0;
            }
            catch (ObjectDisposedException)
            {
                return -1;
            }
        }
    }

    private void Receive()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(UdpPort.LongestDatagram + 1);
        var errors = 0;
        while (!_isStopping)
        {
            if (TryReceive(buffer, out var count, out var size, out var from))
            {
                errors = 0;
                if (!_isStopping)
                    _port.Deliver(from, buffer.AsSpan(0, count), size);
            }
            else if (++errors >= MaxErrorsInARow)
            {
                _ = _pause.Wait(ErrorPause);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        _ended.SetResult();
    }

    // Waits for something to come: one datagram, or several of one size behind one another of which only the last may be shorter.
    private unsafe bool TryReceive(byte[] buffer, out int count, out int size, out Endpoint from)
    {
        (count, size, from) = (0, 0, default);
        var name = stackalloc byte[SocketAddresses.MaxSize];
        var controls = stackalloc nint[ControlRoom / sizeof(nint)];
        fixed (byte* data = buffer)
        {
            var vector = new Vector { Base = data, Size = UdpPort.LongestDatagram + 1 };
            var message = new MessageHeader
            {
                Name = name,
                NameSize = SocketAddresses.MaxSize,
                Vectors = &vector,
                VectorCount = 1,
                Control = (byte*)controls,
                ControlSize = ControlRoom,
            };
            var got = ReceiveMessage(Socket.SafeHandle, &message, 0);
            if (got < 0)
                return false;
            if (message.NameSize == 0)
                return _isStopping;
            count = size = (int)got;
            from = SocketAddresses.Read(new ReadOnlySpan<byte>(name, SocketAddresses.MaxSize), IsIPv6);
            var control = (ControlHeader*)controls;
            if (message.ControlSize >= ControlHeader.SizeOf(sizeof(int)) && control->Level == LevelUdp && control->Type == UdpGro && *(int*)&control->Value is > 0 and var segment)
                size = segment;
            return true;
        }
    }
}
