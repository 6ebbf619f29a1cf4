using System.Net.Sockets;
using System.Runtime.InteropServices;
using Kith.Wire;
using static Kith.Transport.Udp.LinuxSockets;

namespace Kith.Transport.Udp;

/// <summary>
/// What became of datagrams that a socket sent before (IP_RECVERR, ip(7)): what routers and machines said by ICMP (RFC 792, RFC 4443), and the system about those that were too long. It lies in a queue
/// that takes room of the socket's receive buffer, so it has to be emptied.
/// </summary>
internal static unsafe class LinuxErrorQueue
{
    /// <summary>Errors taken out at once, so that a flood of them keeps no thread for ever.</summary>
    private const int MostAtOnce = 256;

    private const int ControlRoom = 512;
    private const int OffenderAt = 16; // behind struct sock_extended_err
    private const int ErrorSize4 = OffenderAt + 16;
    private const int ErrorSize6 = OffenderAt + 28;

    /// <summary>Has the system keep what becomes of datagrams; false when it does not.</summary>
    public static bool TryTurnOn(SafeSocketHandle socket, bool isIPv6) =>
        isIPv6 ? TrySetOption(socket, LevelIPv6, ReceiveErrors6, 1) : TrySetOption(socket, LevelIPv4, ReceiveErrors4, 1);

    /// <summary>Empties the queue; returns how much was in it.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="isIPv6">Its family.</param>
    /// <param name="nobodyAt">Told each endpoint of which its own machine says that nobody is at that port. A firewall that says so in its place is not believed: it has another address.</param>
    public static int Empty(SafeSocketHandle socket, bool isIPv6, Action<Endpoint> nobodyAt)
    {
        var count = 0;
        var name = stackalloc byte[SocketAddresses.MaxSize];
        var controls = stackalloc nint[ControlRoom / sizeof(nint)];
        for (; count < MostAtOnce; count++)
        {
            byte none;
            var vector = new Vector { Base = &none, Size = 0 };
            var message = new MessageHeader { Name = name, NameSize = SocketAddresses.MaxSize, Vectors = &vector, VectorCount = 1, Control = (byte*)controls, ControlSize = ControlRoom };
            if (ReceiveMessage(socket, &message, ErrorQueue | DontWait) < 0)
                return count;
            if (message.NameSize > 0 && IsRefusedByItself(in message, isIPv6))
                nobodyAt(SocketAddresses.Read(new ReadOnlySpan<byte>(name, SocketAddresses.MaxSize), isIPv6));
        }

        return count;
    }

    // ICMP's "port unreachable" is ECONNREFUSED in both families.
    private static bool IsRefusedByItself(in MessageHeader message, bool isIPv6)
    {
        var controls = new ControlMessages(in message);
        while (controls.MoveNext())
        {
            if (!(isIPv6 ? controls.Is(LevelIPv6, ReceiveErrors6, ErrorSize6) : controls.Is(LevelIPv4, ReceiveErrors4, ErrorSize4)))
                continue;
            var offender = SocketAddresses.Read(controls.Data[OffenderAt..], isIPv6);
            var to = SocketAddresses.Read(new ReadOnlySpan<byte>(message.Name, SocketAddresses.MaxSize), isIPv6);
            return MemoryMarshal.Read<int>(controls.Data) == ErrorConnectionRefused && offender.SameAddress(to);
        }

        return false;
    }
}
