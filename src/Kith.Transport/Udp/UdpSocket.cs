#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Net;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>One socket of a <see cref="UdpPort"/>: receives by itself, sends on the caller's thread.</summary>
internal abstract class UdpSocket : IAsyncDisposable
{
    /// <summary>Bytes that the system keeps for us while we are busy, and for the network while it is.</summary>
    protected const int SystemBuffer = 4 << 20;

    /// <summary>Errors in a row after which receiving pauses.</summary>
    protected const int MaxErrorsInARow = 16;

    /// <summary>How long it pauses.</summary>
    protected static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Binds a socket.</summary>
    /// <exception cref="SocketException">The system refuses: the port is taken, or the address is not ours.</exception>
    protected UdpSocket(IPEndPoint local)
    {
        Socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // The IPv4 half has a socket of its own.
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
                Socket.DualMode = false;
            Socket.ReceiveBufferSize = SystemBuffer;
            Socket.SendBufferSize = SystemBuffer;
            Socket.Bind(local);
            LocalEndPoint = (IPEndPoint)Socket.LocalEndPoint!;
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    /// <summary>Where it is bound.</summary>
    public IPEndPoint LocalEndPoint { get; }

    protected Socket Socket { get; }

    protected bool IsIPv6 => LocalEndPoint.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Binds a socket of the kind that this system has.</summary>
    /// <exception cref="SocketException">The system refuses: the port is taken, or the address is not ours.</exception>
    public static UdpSocket Bind(IPEndPoint local, UdpPort port, TimeProvider time) =>
        OperatingSystem.IsLinux() ? new LinuxUdpSocket(local, port) : new PlainUdpSocket(local, port, time);

    /// <summary>Begins to receive.</summary>
    public abstract void Start();

    /// <summary>The machine's addresses, or the ways that lead from it, are others now.</summary>
    public virtual void NetworkChanged()
    {
    }

    /// <summary>Sends a datagram to an address of the socket's family; false when the system did not take it.</summary>
    public abstract bool TrySend(Endpoint to, ReadOnlySpan<byte> datagram);

    /// <summary>Sends datagrams of one size (the last may be shorter), one behind the other; returns how many the system did not take.</summary>
    public virtual int Send(Endpoint to, ReadOnlySpan<byte> datagrams, int size)
    {
        var dropped = 0;
        for (; datagrams.Length > 0; datagrams = datagrams[Math.Min(size, datagrams.Length)..])
            dropped += TrySend(to, datagrams[..Math.Min(size, datagrams.Length)]) ? 0 : 1;
        return dropped;
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
