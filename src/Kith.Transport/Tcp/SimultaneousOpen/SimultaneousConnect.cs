#pragma warning disable RS0030 // part of the carrier that owns TCP sockets

using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.Tcp.SimultaneousOpen;

/// <summary>
/// Connects from a listener's own port, while the other side does the same towards us (RFC 9293 section 3.5, "simultaneous open"; RFC 5128 section 3.4): each one's first segment opens its
/// NAT for the other's. Where the other's comes while none of ours is on its way, the listener takes it, and hands it over.
/// </summary>
internal static class SimultaneousConnect
{
    /// <summary>Attempts.</summary>
    public const int MaxTries = 8;

    /// <summary>How long one is waited for: less than the system waits before it sends a segment again.</summary>
    public static readonly TimeSpan TryTime = TimeSpan.FromMilliseconds(700);

    /// <summary>The pause after one that was refused, as by a NAT that answers what it does not let in.</summary>
    public static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(120);

    /// <summary>Connects; null when no try came through.</summary>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static async Task<Socket?> ConnectAsync(TcpSessionListener listener, IPEndPoint remote, TimeProvider time, CancellationToken cancellationToken)
    {
        using var expected = listener.Expect(remote);
        for (var tries = 0; tries < MaxTries; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TryAsync(listener.LocalEndPoint, remote, expected, time, cancellationToken).ConfigureAwait(false) is { } connected)
                return connected;
            await Task.WhenAny(expected.Socket, Task.Delay(RefusedPause, time, cancellationToken)).ConfigureAwait(false);
            if (expected.TryTake(out var accepted))
                return accepted;
        }

        return null;
    }

    private static async Task<Socket?> TryAsync(IPEndPoint local, IPEndPoint remote, Expected expected, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(TryTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (!PortSharing.TryAllow(socket))
            {
                socket.Dispose();
                return null;
            }

            socket.Bind(local);
            var connecting = socket.ConnectAsync(remote, either.Token).AsTask();
            if (await Task.WhenAny(connecting, expected.Socket).ConfigureAwait(false) != connecting && expected.TryTake(out var accepted))
            {
                // One pair of endpoints, one connection: ours cannot come about any more.
                socket.Dispose();
                await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return accepted;
            }

            await connecting.ConfigureAwait(false);
            return socket;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            return expected.TryTake(out var accepted) ? accepted : null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
