#pragma warning disable RS0030 // the carrier that owns TCP sockets

using System.Net;
using System.Net.Sockets;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tcp;

/// <summary>A TCP connection as a link. Small writes leave at once (TCP_NODELAY): the session above does the coalescing.</summary>
internal sealed class TcpLink : ILink
{
    private readonly Socket _socket;

    public TcpLink(Socket socket)
        : this(socket, NodeAddress.TcpKind)
    {
    }

    // What a connection to Tor's own ports says of addresses is of this machine alone, and says nothing of the other end.
    private TcpLink(Socket socket, string carrier)
    {
        Carrier = carrier;
        _socket = socket;
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
                socket.NoDelay = true;
            if (carrier != NodeAddress.TcpKind)
                return;
            LocalAddress = socket.LocalEndPoint is IPEndPoint local ? Unmapped(local.Address) : null;
            // A dual-mode socket shows IPv4 as ::ffff:a.b.c.d; people and address lists know it as a.b.c.d.
            RemoteEndPoint = socket.RemoteEndPoint is IPEndPoint remote ? new IPEndPoint(Unmapped(remote.Address), remote.Port) : socket.RemoteEndPoint;
        }
        catch (SocketException)
        {
            // Gone already: the first receive will say so.
        }
    }

    public string Carrier { get; }

    public EndPoint? RemoteEndPoint { get; }

    public IPAddress? LocalAddress { get; }

    /// <summary>A connection through Tor: to its SOCKS port, or from it to an onion service's listener.</summary>
    public static TcpLink Onion(Socket socket) => new(socket, NodeAddress.OnionKind);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new IOException("the connection broke", error);
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ValueTask<int> sending;
        try
        {
            sending = _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
        }
        catch (ObjectDisposedException error)
        {
            return ValueTask.FromException(new IOException("the connection broke", error));
        }

        if (!sending.IsCompletedSuccessfully)
            return FinishSendAsync(sending, bytes, cancellationToken);
        var sent = sending.Result;
        return sent == bytes.Length ? ValueTask.CompletedTask : FinishSendAsync(ValueTask.FromResult(sent), bytes, cancellationToken);
    }

    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already: the other end will see that.
        }
    }

    public void Abort() => _socket.Dispose();

    public void Dispose() => _socket.Dispose();

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private async ValueTask FinishSendAsync(ValueTask<int> sending, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await sending.ConfigureAwait(false);
            while (sent < bytes.Length)
                sent += await _socket.SendAsync(bytes[sent..], SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            throw new IOException("the connection broke", error);
        }
    }
}
