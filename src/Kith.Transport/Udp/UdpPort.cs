using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// One UDP port, on IPv4, IPv6 or both under the same number. Datagrams are handed out by their first byte to whoever is registered for it; what nobody is registered for
/// is dropped without an answer. Sending never waits and never fails: a datagram that cannot go now is dropped and counted (<see cref="Dropped"/>). For several threads.
/// </summary>
public sealed class UdpPort : IAsyncDisposable
{
    /// <summary>The longest datagram that is received, bytes; longer ones are dropped and counted. More than any path's MTU that we send at.</summary>
    public const int MaxDatagram = 4095;

    /// <summary>Free numbers tried where the system chose one for the first family that is taken in the second.</summary>
    private const int BindTries = 16;

    private readonly IDatagramTaker?[] _takers = new IDatagramTaker?[256];
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

    /// <summary>Sets who takes the datagrams that begin with a byte; null for nobody.</summary>
    public void Register(byte first, IDatagramTaker? taker) => Volatile.Write(ref _takers[first], taker);

    /// <summary>Whether datagrams can go to an address of this one's family.</summary>
    public bool CanSendTo(Endpoint to) => (to.IsIPv4 ? _four : _six) is not null;

    /// <summary>Sends a datagram, at best effort, on this thread.</summary>
    public void Send(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        var socket = to.IsIPv4 ? _four : _six;
        if (socket is not null && to.Port != 0 && socket.TrySend(to, datagram))
            Interlocked.Add(ref _bytesOut, datagram.Length);
        else
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Closes the port; when this completes, no taker is called any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_four is not null)
            await _four.DisposeAsync().ConfigureAwait(false);
        if (_six is not null)
            await _six.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hands out a received datagram; called by the sockets' loops.</summary>
    internal void Deliver(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Interlocked.Add(ref _bytesIn, datagram.Length);
        if (datagram.Length > MaxDatagram)
            Interlocked.Increment(ref _dropped);
        else if (datagram.Length > 0)
            Volatile.Read(ref _takers[datagram[0]])?.Take(from, datagram);
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
        var socket = new UdpSocket(local, this, time);
        if (local.AddressFamily == AddressFamily.InterNetwork)
            _four = socket;
        else
            _six = socket;
        return socket;
    }
}
