#pragma warning disable RS0030 // the sockets towards routers

using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.PortMapping.Upnp;

/// <summary>Searches the local network for the router's description.</summary>
internal static class GatewaySearch
{
    /// <summary>How long answers are waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2_500);

    /// <summary>When the search is sent, as datagrams to groups are lost often on radio.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(600);

    private const int Times = 2;
    private const int MaxAnswers = 64;

    /// <summary>Searches; null when the router does not answer.</summary>
    /// <param name="gateway">The router: what others answer is not looked at.</param>
    /// <param name="local">Our address towards it: the search goes out there alone, and no further than the local network.</param>
    /// <param name="group">Where to: the group, or a test's own.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Uri?> FindAsync(IPAddress gateway, IPAddress local, IPEndPoint group, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, local.GetAddressBytes());
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 2);
            socket.Bind(new IPEndPoint(local, 0));
            Send(socket, group);
            using var again = time.CreateTimer(_ => Send(socket, group), null, Again, Times > 1 ? Again : Timeout.InfiniteTimeSpan);
            var buffer = new byte[SearchMessage.MaxSize + 1];
            for (var looked = 0; looked < MaxAnswers; looked++)
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), either.Token).ConfigureAwait(false);
                if (received.RemoteEndPoint is IPEndPoint from && from.Address.Equals(gateway)
                    && SearchMessage.TryRead(buffer.AsSpan(0, received.ReceivedBytes), gateway, out var location))
                    return location;
            }
        }
        catch (SocketException)
        {
            // No groups on this interface, or it has gone.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody.
        }

        return null;
    }

    private static void Send(Socket socket, IPEndPoint group)
    {
        try
        {
            foreach (var target in SearchMessage.Targets)
                _ = socket.SendTo(SearchMessage.Write(target), group);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Sent again, or over.
        }
    }
}
