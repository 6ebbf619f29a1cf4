#pragma warning disable RS0030 // the carrier that owns the sockets to Tor

using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.Tor.Socks;

/// <summary>Connects through Tor's SOCKS port.</summary>
internal static class SocksDial
{
    /// <summary>Makes a connection; the socket is the caller's.</summary>
    /// <param name="proxy">The SOCKS port: an IP endpoint or a socket file.</param>
    /// <param name="host">A name ending in ".onion"; it is never resolved here.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="isolation">Connections of two texts never share a circuit.</param>
    /// <param name="notFound">Called when Tor says that it knows no such service, or not as somebody who was let in: what it has may be old.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SessionException"><see cref="SessionErrorCode.Unreachable"/>, with why in one sentence.</exception>
    public static async Task<Socket> ConnectAsync(EndPoint proxy, string host, int port, string isolation, Action? notFound, CancellationToken cancellationToken)
    {
        var socket = new Socket(proxy.AddressFamily, SocketType.Stream, proxy is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(proxy, cancellationToken).ConfigureAwait(false);
            await AskAsync(socket, new SocksCore(host, port, isolation), notFound, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new SessionException(SessionErrorCode.Unreachable, "Tor's SOCKS port does not answer", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task AskAsync(Socket socket, SocksCore core, Action? notFound, CancellationToken cancellationToken)
    {
        var buffer = new byte[SocksLimits.MaxReply];
        while (true)
        {
            for (var output = core.Output; !output.IsEmpty;)
                output = output[await socket.SendAsync(output, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
            var filled = 0;
            int missing;
            while ((missing = core.Missing(buffer.AsSpan(0, filled))) > 0)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(filled, missing), SocketFlags.None, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    throw new SessionException(SessionErrorCode.Unreachable, "Tor closed the connection");
                filled += count;
            }

            core.Receive(buffer.AsSpan(0, filled));
            if (core.Failure is { IsOfDescriptor: true })
                notFound?.Invoke();
            if (core.Failure is { } failure)
                throw new SessionException(SessionErrorCode.Unreachable, failure.Says);
            if (core.IsDone)
                return;
        }
    }
}
