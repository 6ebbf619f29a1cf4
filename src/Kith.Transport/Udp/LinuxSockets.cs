using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Kith.Transport.Udp;

/// <summary>
/// The system calls for datagrams that the BCL does not have. Numbers and layouts are those of Linux's UAPI headers (socket.h, in.h, udp.h), the same on every architecture that
/// .NET runs on, but for the sizes of pointers.
/// </summary>
internal static unsafe partial class LinuxSockets
{
    public const int DontWait = 0x40; // MSG_DONTWAIT
    public const int ErrorQueue = 0x2000; // MSG_ERRQUEUE
    public const int LevelSocket = 1; // SOL_SOCKET
    public const int LevelIPv4 = 0; // IPPROTO_IP
    public const int LevelIPv6 = 41; // IPPROTO_IPV6
    public const int LevelUdp = 17; // SOL_UDP
    public const int UdpSegment = 103; // UDP_SEGMENT: generic segmentation offload
    public const int UdpGro = 104; // UDP_GRO: generic receive offload
    public const int SendBufferForce = 32; // SO_SNDBUFFORCE
    public const int ReceiveBufferForce = 33; // SO_RCVBUFFORCE
    public const int MtuDiscover4 = 10; // IP_MTU_DISCOVER
    public const int MtuDiscover6 = 23; // IPV6_MTU_DISCOVER
    public const int ReceivePacketInfo6 = 49; // IPV6_RECVPKTINFO
    public const int PacketInfo6 = 50; // IPV6_PKTINFO: struct in6_pktinfo (RFC 3542 section 6)
    public const int ReceiveErrors4 = 11; // IP_RECVERR
    public const int ReceiveErrors6 = 25; // IPV6_RECVERR
    public const int MtuDiscoverProbe = 3; // IP_PMTUDISC_PROBE: DF set, the kernel's own idea of the path's MTU not obeyed
    public const int Both = 2; // SHUT_RDWR

    public const int ErrorInterrupted = 4; // EINTR
    public const int ErrorInputOutput = 5; // EIO
    public const int ErrorAgain = 11; // EAGAIN
    public const int ErrorInvalid = 22; // EINVAL
    public const int ErrorAddressNotAvailable = 99; // EADDRNOTAVAIL
    public const int ErrorConnectionRefused = 111; // ECONNREFUSED

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(SafeSocketHandle socket, int how);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(SafeSocketHandle socket, int level, int name, int* value, uint* size);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(SafeSocketHandle socket, int level, int name, int* value, uint size);

    /// <summary>Sets an option of four bytes; false when the system refuses.</summary>
    public static bool TrySetOption(SafeSocketHandle socket, int level, int name, int value) => SetOption(socket, level, name, &value, sizeof(int)) == 0;

    /// <summary>Whether the system knows an option.</summary>
    public static bool HasOption(SafeSocketHandle socket, int level, int name)
    {
        var value = 0;
        uint size = sizeof(int);
        return GetOption(socket, level, name, &value, &size) == 0;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public byte* Name;
        public uint NameSize;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlSize;
        public int Flags;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Base;
        public nuint Size;
    }

    /// <summary>struct cmsghdr; its value follows (RFC 3542 section 20.2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlHeader
    {
        public nuint Size;
        public int Level;
        public int Type;

        /// <summary>CMSG_LEN of a value's size: the header and the value.</summary>
        public static nuint SizeOf(int value) => (nuint)(sizeof(ControlHeader) + value);

        /// <summary>CMSG_SPACE of a value's size: so far it is to the next header.</summary>
        public static nuint SpaceOf(int value) => (nuint)(sizeof(ControlHeader) + ((value + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1)));
    }
}
