#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Buffers;
using System.Buffers.Binary;
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
    /// <summary>How often a datagram is given to the system that says what became of others instead: so that who can have us told of many (anybody can forge that) keeps hardly any from going.</summary>
    private const int MaxTries = 16;

    /// <summary>UDP_MAX_SEGMENTS of the older kernels.</summary>
    private const int MaxSegments = 64;

    /// <summary>What one call sends at most, bytes: the longest UDP payload over IPv4.</summary>
    private const int MaxBatch = UdpPort.LongestDatagram;

    /// <summary>Ours, and whatever else the kernel may say.</summary>
    private const int ControlRoom = 128;

    /// <summary>CMSG_SPACE of a segment's size and of <see cref="PacketInfoSize"/>.</summary>
    private const int OwnControlRoom = 24 + 40;

    /// <summary>struct in6_pktinfo: an address and the number of an interface.</summary>
    private const int PacketInfoSize = 20;

    private readonly UdpPort _port;

    // For a socket at all IPv6 addresses. Of IPv4 a machine has one, as a rule, and a NAT before it.
    private readonly AnswerAddresses? _answers;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _pause = new();
    private readonly bool _keepsErrors;
    private volatile bool _canSegment;
    private bool _isEmptying; // whether a thread of the pool will empty the queue of errors
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
        _keepsErrors = LinuxErrorQueue.TryTurnOn(handle, IsIPv6);
        if (local.Address.Equals(IPAddress.IPv6Any) && TrySetOption(handle, LevelIPv6, ReceivePacketInfo6, 1))
            _answers = new AnswerAddresses();
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

    public override void NetworkChanged() => _answers?.Clear();

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
    private int SendOnce(Endpoint to, ReadOnlySpan<byte> bytes, int segment)
    {
        if (_answers is null || !_answers.TryFind(to, out var local))
            return SendOnce(to, bytes, segment, default);
        var error = SendOnce(to, bytes, segment, local);
        if (error is not (ErrorInvalid or ErrorAddressNotAvailable))
            return error;
        // Too long for the device, or an address that is ours no more.
        var again = SendOnce(to, bytes, segment, default);
        if (again == 0)
            _answers.Clear();
        return again;
    }

    private unsafe int SendOnce(Endpoint to, ReadOnlySpan<byte> bytes, int segment, Endpoint local)
    {
        var controls = stackalloc nint[OwnControlRoom / sizeof(nint)];
        fixed (byte* data = bytes)
        fixed (byte* name = SocketAddresses.Shared(to).Buffer.Span)
        {
            var vector = new Vector { Base = data, Size = (nuint)bytes.Length };
            var message = new MessageHeader { Name = name, NameSize = (uint)SocketAddresses.SizeOf(to), Vectors = &vector, VectorCount = 1, Control = (byte*)controls };
            if (segment > 0)
                *(ushort*)Add(ref message, LevelUdp, UdpSegment, sizeof(ushort)) = (ushort)segment;
            if (local != default)
            {
                var from = Add(ref message, LevelIPv6, PacketInfo6, PacketInfoSize);
                BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(from, sizeof(ulong)), local.High);
                BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(from + sizeof(ulong), sizeof(ulong)), local.Low);
            }

            if (message.ControlSize == 0)
                message.Control = null;
            try
            {
                for (var tries = 1; SendMessage(Socket.SafeHandle, &message, DontWait) < 0;)
                {
                    var error = Marshal.GetLastPInvokeError();
                    if (error == ErrorInterrupted)
                        continue;
                    if (tries++ == MaxTries || !_keepsErrors || error is ErrorAgain or ErrorInvalid or ErrorInputOutput)
                        return error;
                    // It may be what became of another datagram, said here because the receiving thread was not there first. Whoever empties the queue has the system say the next one too.
                    EmptyErrorsSoon();
                }

                return 0;
            }
            catch (ObjectDisposedException)
            {
                return -1;
            }
        }
    }

    // Where the value goes; all of it is zeroes.
    private static unsafe byte* Add(ref MessageHeader message, int level, int type, int size)
    {
        var header = (ControlHeader*)(message.Control + message.ControlSize);
        *header = new ControlHeader { Size = ControlHeader.SizeOf(size), Level = level, Type = type };
        var value = (byte*)(header + 1);
        new Span<byte>(value, size).Clear();
        message.ControlSize += ControlHeader.SpaceOf(size);
        return value;
    }

    // Not on this thread: whoever sends may hold locks.
    private void EmptyErrorsSoon()
    {
        if (!Interlocked.Exchange(ref _isEmptying, true))
            ThreadPool.UnsafeQueueUserWorkItem(static socket => socket.EmptyErrors(), this, preferLocal: false);
    }

    private int EmptyErrors()
    {
        Volatile.Write(ref _isEmptying, false);
        try
        {
            return _keepsErrors ? LinuxErrorQueue.Empty(Socket.SafeHandle, IsIPv6, _port.TellNobodyAt) : 0;
        }
        catch (ObjectDisposedException)
        {
            return 0;
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
            else if (!_isStopping && EmptyErrors() == 0 && ++errors >= MaxErrorsInARow)
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
            ReadControls(in message, from, ref size);
            return true;
        }
    }

    private void ReadControls(in MessageHeader message, Endpoint from, ref int size)
    {
        var controls = new ControlMessages(in message);
        while (controls.MoveNext())
        {
            if (controls.Is(LevelUdp, UdpGro, sizeof(int)) && MemoryMarshal.Read<int>(controls.Data) is > 0 and var segment)
                size = segment;
            else if (controls.Is(LevelIPv6, PacketInfo6, PacketInfoSize))
                _answers?.Note(from, LocalOf(controls.Data));
        }
    }

    private static Endpoint LocalOf(ReadOnlySpan<byte> info) =>
        Endpoint.FromIPv6(BinaryPrimitives.ReadUInt64BigEndian(info), BinaryPrimitives.ReadUInt64BigEndian(info[sizeof(ulong)..]), 0);
}
