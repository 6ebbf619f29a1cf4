using System.Net;
using System.Net.Sockets;

namespace Kith.Scenarios.Tests;

/// <summary>Port numbers for nodes that move: below those that systems give to outgoing connections, each once in this process, and where nobody is.</summary>
internal static class FreePorts
{
    private const int First = 17_000;
    private const int Last = 31_000;
    private static int _next = Random.Shared.Next(First, Last);

    public static int Next()
    {
        while (true)
        {
            var port = Interlocked.Add(ref _next, 7) is var next && next < Last ? next : Interlocked.Exchange(ref _next, First) % (Last - First) + First;
            if (IsFree(port))
                return port;
        }
    }

    // Nodes that choose a port themselves choose among the same numbers.
    private static bool IsFree(int port)
    {
        using var udp = new Socket(SocketType.Dgram, ProtocolType.Udp);
        using var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
