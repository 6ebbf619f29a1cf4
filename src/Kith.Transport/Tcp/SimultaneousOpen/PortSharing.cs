#pragma warning disable RS0030 // part of the carrier that owns TCP sockets

using System.Buffers.Binary;
using System.Net.Sockets;

namespace Kith.Transport.Tcp.SimultaneousOpen;

/// <summary>
/// Lets a connecting socket have the port of a listening one. The listener allows it only once it listens: so a second program that wants to listen there is refused as ever, and what may
/// share the port is what asks for exactly that, of the same user.
/// </summary>
internal static class PortSharing
{
    // SOL_SOCKET and SO_REUSEPORT of asm-generic/socket.h, and of Darwin's sys/socket.h.
    private const int LinuxLevel = 1;
    private const int LinuxReusePort = 15;
    private const int DarwinLevel = 0xFFFF;
    private const int DarwinReusePort = 0x0200;

    /// <summary>Whether it can be done on this system.</summary>
    public static bool IsPossible { get; } = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Allows a socket to share its port; false when the system does not.</summary>
    public static bool TryAllow(Socket socket)
    {
        if (!IsPossible)
            return false;
        Span<byte> on = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(on, 1);
        try
        {
            socket.SetRawSocketOption(OperatingSystem.IsLinux() ? LinuxLevel : DarwinLevel, OperatingSystem.IsLinux() ? LinuxReusePort : DarwinReusePort, on);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
