using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// One UDP port, on IPv4, IPv6 or both under the same number. Datagrams are handed out by their first byte to whoever is registered for it; what nobody is registered for
/// is dropped without an answer. Besides the network it has virtual paths (<see cref="IVirtualPath"/>), each under an endpoint of its own that is never on a wire. Sending never waits and never fails: a datagram that cannot go now is dropped and counted (<see cref="Dropped"/>). For several threads.
/// </summary>
public sealed class UdpPort : IAsyncDisposable
{
    /// <summary>The longest datagram that a taker gets which asks for no longer ones, bytes; longer ones are dropped and counted.</summary>
    public const int MaxDatagram = 4095;

    /// <summary>The longest datagram there can be, bytes: what UDP over IPv4 has room for.</summary>
    public const int LongestDatagram = 65_507;

    /// <summary>Further sockets open at once: as many as meet a hard NAT, and those that have become paths.</summary>
    public const int MaxExtraSockets = 256 + 32;

    /// <summary>Free numbers tried where the system chose one for the first family that is taken in the second.</summary>
    private const int BindTries = 16;

    // RFC 6666: the discard prefix 100::/64. Nothing on a network is there.
    private const ulong VirtualPrefix = 0x0100_0000_0000_0000;
    private const ushort VirtualPort = 1;

    private readonly Registration?[] _takers = new Registration?[256];
    private readonly ConcurrentDictionary<Endpoint, IVirtualPath> _paths = new();
    private readonly ConcurrentDictionary<UdpExtraSocket, Task> _extras = new();
    private IDetour? _detour;
    private long _lastPath;
    private volatile bool _isDisposed;
    private UdpSocket? _four;
    private UdpSocket? _six;
    private long _bytesIn;
    private long _bytesOut;
    private long _dropped;

    private UdpPort()
    {
    }

    /// <summary>The port's number.</summary>
    public int Port { get; private set; }

    /// <summary>Where it is bound: one endpoint for each family.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; private set; } = [];

    /// <summary>Whether it can be reached from this machine alone.</summary>
    public bool IsLoopbackOnly { get; private set; }

    /// <summary>Bytes received, those of dropped datagrams too.</summary>
    public long BytesIn => Interlocked.Read(ref _bytesIn);

    /// <summary>Bytes sent.</summary>
    public long BytesOut => Interlocked.Read(ref _bytesOut);

    /// <summary>Datagrams not sent because the system did not take them, and received ones that were too long.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Another way for datagrams to ordinary endpoints, while there is one.</summary>
    public IDetour? Detour
    {
        get => Volatile.Read(ref _detour);
        set => Volatile.Write(ref _detour, value);
    }

    /// <summary>Opens a port. Nothing is received before <see cref="Start"/>.</summary>
    /// <param name="addresses">What to bind, at most one address of each family; <see cref="IPAddress.Any"/> and <see cref="IPAddress.IPv6Any"/> for all of a family's.
    /// Where both "any" addresses are given and the machine has no IPv6, IPv4 is opened alone.</param>
    /// <param name="port">The number; 0 for whatever the system gives.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <exception cref="ArgumentException">No address, or two of one family.</exception>
    /// <exception cref="SocketException">The system refuses: the number is taken, or an address is not ours.</exception>
    public static UdpPort Open(IReadOnlyList<IPAddress> addresses, int port, TimeProvider time)
    {
        if (addresses.Count is 0 or > 2 || (addresses.Count == 2 && addresses[0].AddressFamily == addresses[1].AddressFamily))
            throw new ArgumentException("one address of each family, and at least one", nameof(addresses));
        for (var tries = 1; ; tries++)
        {
            try
            {
                return Bind(addresses, port, time);
            }
            catch (SocketException error) when (port == 0 && tries < BindTries && error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Free for the first family, taken in the second: another number.
            }
        }
    }

    /// <summary>Begins to receive; register takers first.</summary>
    public void Start()
    {
        _four?.Start();
        _six?.Start();
    }

    /// <summary>The machine's addresses, or the ways that lead from it, are others now: who asked at one of the old ones is answered from wherever the system chooses.</summary>
    public void NetworkChanged()
    {
        _four?.NetworkChanged();
        _six?.NetworkChanged();
    }

    /// <summary>Sets who takes the datagrams that begin with a byte; null for nobody.</summary>
    public void Register(byte first, IDatagramTaker? taker) => Register(first, first, taker);

    /// <summary>Sets who takes the datagrams that begin with any of the bytes from <paramref name="first"/> to <paramref name="last"/>; null for nobody.</summary>
    public void Register(byte first, byte last, IDatagramTaker? taker)
    {
        // One registration for all of them: datagrams that come together are handed out together.
        var registration = taker is null ? null : new Registration(taker, taker.MaxDatagram);
        for (int at = first; at <= last; at++)
            Volatile.Write(ref _takers[at], registration);
    }

    /// <summary>Whether an endpoint stands for a virtual path: of any port.</summary>
    public static bool IsVirtual(Endpoint endpoint) => endpoint.High == VirtualPrefix;

    /// <summary>Adds a path. Whatever is sent to the endpoint that this returns goes through it; what comes by it is handed in with <see cref="DeliverFrom"/>.</summary>
    public Endpoint AddPath(IVirtualPath path)
    {
        var at = Endpoint.FromIPv6(VirtualPrefix, (ulong)Interlocked.Increment(ref _lastPath), VirtualPort);
        _paths[at] = path;
        return at;
    }

    /// <summary>Raised with <see cref="RemovePath"/>'s arguments when a virtual path has been taken away, soon afterwards and on a thread of the pool: whoever takes it away may hold locks.</summary>
    public event Action<Endpoint, bool>? PathRemoved;

    /// <summary>Takes a path away: what is sent there from now on is dropped. Its endpoint is not used again.</summary>
    /// <param name="at">The path's endpoint.</param>
    /// <param name="isForbidden">Whether somebody took back the consent to it: what has no other way at this moment ends at once instead of looking for one.</param>
    public void RemovePath(Endpoint at, bool isForbidden = false)
    {
        if (_paths.TryRemove(at, out _) && PathRemoved is not null)
            ThreadPool.QueueUserWorkItem(static told => told.Port.PathRemoved?.Invoke(told.At, told.IsForbidden), (Port: this, At: at, IsForbidden: isForbidden), preferLocal: false);
    }

    /// <summary>The path that an endpoint stands for; null when there is none (any more).</summary>
    public IVirtualPath? PathOf(Endpoint at) => IsVirtual(at) ? _paths.GetValueOrDefault(at) : Detour?.PathOf(at);

    /// <summary>Hands out a datagram that came by a virtual path, as if from its endpoint, on this thread. Nothing when the path has been taken away.</summary>
    public void DeliverFrom(Endpoint at, ReadOnlySpan<byte> datagram)
    {
        if (_paths.ContainsKey(at))
            HandOut(at, datagram, default, datagram.Length);
    }

    /// <summary>Whether datagrams can go to an address of this one's family, or to this virtual path.</summary>
    public bool CanSendTo(Endpoint to) => IsVirtual(to) ? _paths.ContainsKey(to) : (to.IsIPv4 ? _four : _six) is not null;

    /// <summary>Sends a datagram, at best effort, on this thread.</summary>
    public void Send(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (IsVirtual(to))
        {
            // What the path itself sends is counted where that goes out.
            if (PathOf(to) is not { } path || datagram.Length > path.MaxDatagram || !path.TrySend(datagram))
                Interlocked.Increment(ref _dropped);
            return;
        }

        if (Detour is { } detour)
        {
            if (detour.IsOn && detour.TrySend(to, datagram))
                return;
            detour.Sent(to);
        }

        var socket = to.IsIPv4 ? _four : _six;
        if (socket is not null && to.Port != 0 && socket.TrySend(to, datagram))
            Interlocked.Add(ref _bytesOut, datagram.Length);
        else
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Sends datagrams of one size, one behind the other, at best effort: in one call of the system where it can.</summary>
    /// <param name="to">Where all of them go.</param>
    /// <param name="datagrams">The datagrams without anything between.</param>
    /// <param name="size">The size of each; only the last one may be shorter.</param>
    public void Send(Endpoint to, ReadOnlySpan<byte> datagrams, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        var socket = to.IsIPv4 ? _four : _six;
        var detour = Detour;
        if (datagrams.Length <= size || IsVirtual(to) || detour?.IsOn == true || socket is null || to.Port == 0)
        {
            for (; datagrams.Length > size; datagrams = datagrams[size..])
                Send(to, datagrams[..size]);
            Send(to, datagrams);
            return;
        }

        detour?.Sent(to);
        var dropped = socket.Send(to, datagrams, size);
        Interlocked.Add(ref _bytesOut, datagrams.Length - (dropped * (long)size));
        if (dropped > 0)
            Interlocked.Add(ref _dropped, dropped);
    }

    /// <summary>Opens a further socket at the port's address of a family, on a number of the system's choice; null when there are <see cref="MaxExtraSockets"/> already, the port has
    /// no such family, or the system refuses. It receives at once, and is closed with the port if not before.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="taker">Takes what comes to it.</param>
    public UdpExtraSocket? OpenExtra(AddressFamily family, IExtraTaker taker)
    {
        if (_isDisposed || _extras.Count >= MaxExtraSockets || LocalEndPoints.FirstOrDefault(local => local.AddressFamily == family) is not { } local)
            return null;
        try
        {
            var socket = new UdpExtraSocket(this, local.Address, taker);
            _extras[socket] = socket.ReceiveAsync();
            return socket;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Closes the port, its further sockets too; when this completes, no taker is called any more.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        foreach (var (extra, receiving) in _extras)
        {
            extra.Dispose();
            await receiving.ConfigureAwait(false);
        }

        if (_four is not null)
            await _four.DisposeAsync().ConfigureAwait(false);
        if (_six is not null)
            await _six.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hands out what was received at once: datagrams of one size, the last maybe shorter. Called by the sockets' loops.</summary>
    internal void Deliver(Endpoint from, Span<byte> datagrams, int size)
    {
        Interlocked.Add(ref _bytesIn, datagrams.Length);
        // Nobody on a network is at a virtual path's endpoint: who says so forges.
        if (IsVirtual(from))
            Interlocked.Increment(ref _dropped);
        else
        {
            Detour?.Received(from);
            HandOut(from, datagrams, datagrams, size);
        }
    }

    /// <summary>Hands out a datagram that came by the detour, as if from the endpoint that this leads to, on this thread.</summary>
    internal void DeliverDetoured(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!IsVirtual(from))
            HandOut(from, datagram, default, datagram.Length);
    }

    /// <summary>Raised with an endpoint of which its machine says that nobody is at that port, on a thread that holds no locks. A hint, which can be forged.</summary>
    internal event Action<Endpoint>? NobodyAt;

    internal void TellNobodyAt(Endpoint endpoint) => NobodyAt?.Invoke(endpoint);

    internal void CountSent(int bytes) => Interlocked.Add(ref _bytesOut, bytes);

    internal void CountReceived(int bytes) => Interlocked.Add(ref _bytesIn, bytes);

    internal void Forget(UdpExtraSocket socket) => _extras.TryRemove(socket, out _);

    // Neighbours that go to one taker go together. What is owned is the same bytes again, or nothing where they are somebody else's.
    private void HandOut(Endpoint from, ReadOnlySpan<byte> datagrams, Span<byte> owned, int size)
    {
        for (var start = 0; start < datagrams.Length;)
        {
            var registration = Volatile.Read(ref _takers[datagrams[start]]);
            var end = Math.Min(start + size, datagrams.Length);
            while (end < datagrams.Length && Volatile.Read(ref _takers[datagrams[end]]) == registration)
                end = Math.Min(end + size, datagrams.Length);
            if (registration is not null)
                HandTo(registration, from, datagrams[start..end], owned.IsEmpty ? default : owned[start..end], size);
            start = end;
        }
    }

    private void HandTo(Registration registration, Endpoint from, ReadOnlySpan<byte> datagrams, Span<byte> owned, int size)
    {
        if (Math.Min(size, datagrams.Length) > registration.MaxDatagram)
            Interlocked.Add(ref _dropped, (datagrams.Length + size - 1) / size);
        else if (!owned.IsEmpty && registration.Taker is IPacketTaker taker)
            taker.TakeOwned(from, owned, size);
        else if (datagrams.Length <= size)
            registration.Taker.Take(from, datagrams);
        else
            registration.Taker.TakeMany(from, datagrams, size);
    }

    private static UdpPort Bind(IReadOnlyList<IPAddress> addresses, int number, TimeProvider time)
    {
        var port = new UdpPort();
        var bound = new List<UdpSocket>();
        try
        {
            foreach (var address in addresses.OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1))
            {
                try
                {
                    bound.Add(port.Bind(new IPEndPoint(address, number != 0 || bound.Count == 0 ? number : bound[0].LocalEndPoint.Port), time));
                }
                catch (SocketException error) when (bound.Count > 0 && address.Equals(IPAddress.IPv6Any) && IsWithoutFamily(error.SocketErrorCode))
                {
                    // A machine without IPv6, or with none switched on.
                }
            }
        }
        catch
        {
            foreach (var socket in bound)
                _ = socket.DisposeAsync().AsTask();
            throw;
        }

        port.Port = bound[0].LocalEndPoint.Port;
        port.LocalEndPoints = [.. bound.Select(socket => socket.LocalEndPoint)];
        port.IsLoopbackOnly = port.LocalEndPoints.All(local => IPAddress.IsLoopback(local.Address));
        return port;
    }

    private static bool IsWithoutFamily(SocketError error) =>
        error is SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported or SocketError.ProtocolNotSupported or SocketError.AddressNotAvailable;

    private UdpSocket Bind(IPEndPoint local, TimeProvider time)
    {
        var socket = UdpSocket.Bind(local, this, time);
        if (local.AddressFamily == AddressFamily.InterNetwork)
            _four = socket;
        else
            _six = socket;
        return socket;
    }

    private sealed record Registration(IDatagramTaker Taker, int MaxDatagram);
}
