#pragma warning disable RS0030 // raw sockets play the hostile side

using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Tcp;

public sealed class TcpHostileTests
{
    [Fact]
    public async Task Garbage_ConnectionIsClosedUnansweredAndNobodyElseIsDisturbed()
    {
        await using var node = await TestNode.StartAsync();
        using var socket = await ConnectAsync(node);
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReadToEndAsync(socket));
        await using var other = await TestNode.StartAsync();
        var (here, there) = await other.ConnectAsync(node);
        await here.DisposeAsync();
        await there.DisposeAsync();
    }

    [Fact]
    public async Task OutsiderOfASwarm_GetsNoByteBack()
    {
        using var swarm = new SecretBytes(StreamIo.Bytes(32));
        await using var node = await TestNode.StartAsync(swarm);
        await using var outsider = await TestNode.StartAsync();
        foreach (var knowsKey in new[] { true, false })
        {
            var error = await Assert.ThrowsAsync<SessionException>(() => outsider.ConnectAsync(node, knowsKey));
            Assert.Equal(SessionErrorCode.Refused, error.Code);
        }

        using var socket = await ConnectAsync(node);
        await socket.SendAsync(new byte[] { (byte)'K', (byte)'I', (byte)'T', (byte)'H', 9, 1 });
        socket.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task MembersOfASwarm_Connect()
    {
        using var swarm = new SecretBytes(StreamIo.Bytes(32));
        await using var a = await TestNode.StartAsync(swarm);
        await using var b = await TestNode.StartAsync(swarm);
        foreach (var knowsKey in new[] { true, false })
        {
            var (here, there) = await a.ConnectAsync(b, knowsKey);
            await here.DisposeAsync();
            await there.DisposeAsync();
        }
    }

    [Fact]
    public async Task WrongKey_IsSaid()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var error = await Assert.ThrowsAsync<SessionException>(() => a.Carrier.ConnectAsync([b.Address], a.Key.PublicKey));
        Assert.Equal(SessionErrorCode.WrongKey, error.Code);
    }

    [Fact]
    public async Task OtherVersion_IsAnsweredWithOurs()
    {
        await using var node = await TestNode.StartAsync();
        using var socket = await ConnectAsync(node);
        await socket.SendAsync(new byte[] { (byte)'K', (byte)'I', (byte)'T', (byte)'H', 200, 1, 0, 50, 1, 2, 3 });
        var answer = await ReadToEndAsync(socket);
        Assert.Equal([.. "KITH"u8, Preface.CurrentVersion, (byte)SessionErrorCode.VersionMismatch], answer);
    }

    [Fact]
    public async Task TooSlow_ConnectionIsClosedAtTheDeadline()
    {
        var clock = new ManualClock();
        await using var node = await TestNode.StartAsync(time: clock);
        using var socket = await ConnectAsync(node);
        await socket.SendAsync(new byte[] { (byte)'K' });
        // The handshake's deadline is the only timer there is: it is armed before the first byte is read.
        await clock.UntilArmedAsync();
        clock.Advance(HandshakeLimits.Timeout - TimeSpan.FromMilliseconds(1));
        await socket.SendAsync(new byte[] { (byte)'I' });
        Assert.Equal(1, clock.Armed);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await ReadToEndAsync(socket));
    }

    [Fact]
    public async Task TooMany_FurtherConnectionsAreClosedUnread()
    {
        await using var node = await TestNode.StartAsync();
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < HandshakeLimits.MaxPendingPerAddress; i++)
                sockets.Add(await ConnectAsync(node));
            // Connections are admitted in the order they came, so this one is over the limit.
            using var over = await ConnectAsync(node);
            Assert.Empty(await ReadToEndAsync(over));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task TooMuch_ConnectionIsClosed()
    {
        await using var node = await TestNode.StartAsync();
        using var socket = await ConnectAsync(node);
        await socket.SendAsync(new byte[] { (byte)'K', (byte)'I', (byte)'T', (byte)'H', 1, 1, 0xff, 0xff });
        var answer = await ReadUntilAsync(socket, Preface.Size);
        Assert.Equal([.. "KITH"u8, Preface.CurrentVersion, (byte)SessionErrorCode.HandshakeTooLarge], answer);
    }

    [Fact]
    public async Task NobodyThere_IsUnreachable()
    {
        await using var a = await TestNode.StartAsync();
        var b = await TestNode.StartAsync();
        var address = b.Address;
        await b.DisposeAsync();
        var error = await Assert.ThrowsAsync<SessionException>(() => a.Carrier.ConnectAsync([address], null));
        Assert.Equal(SessionErrorCode.Unreachable, error.Code);
    }

    [Fact]
    public async Task PortInUse_ListenThrows()
    {
        await using var a = await TestNode.StartAsync();
        var error = await Assert.ThrowsAsync<SocketException>(() => a.Carrier.ListenAsync(a.Listener.LocalEndPoint));
        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
    }

    [Fact]
    public async Task ServerThatIsNotKith_IsSaid()
    {
        await using var a = await TestNode.StartAsync();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var connecting = a.Carrier.ConnectAsync([NodeAddress.Tcp((IPEndPoint)server.LocalEndpoint)], null);
        using var socket = await server.AcceptSocketAsync();
        await socket.SendAsync("SSH-2.0-x\r\n"u8.ToArray());
        var error = await Assert.ThrowsAsync<SessionException>(() => connecting);
        Assert.Equal(SessionErrorCode.NotKith, error.Code);
    }

    [Fact]
    public async Task HostileBytesInsideTheHandshake_NeverBringTheListenerDown()
    {
        await using var node = await TestNode.StartAsync();
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            using var socket = await ConnectAsync(node);
            var bytes = StreamIo.Bytes(random.Next(300), i);
            await socket.SendAsync((byte[])[.. "KITH"u8, 1, (byte)random.Next(4), 0, 80, .. bytes]);
            socket.Shutdown(SocketShutdown.Send);
            Assert.InRange((await ReadToEndAsync(socket)).Length, 0, 200);
        }

        await using var other = await TestNode.StartAsync();
        var (here, there) = await other.ConnectAsync(node);
        await here.DisposeAsync();
        await there.DisposeAsync();
    }

    private static async Task<Socket> ConnectAsync(TestNode node)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node.Listener.LocalEndPoint);
        return socket;
    }

    private static Task<byte[]> ReadToEndAsync(Socket socket) => ReadUntilAsync(socket, int.MaxValue);

    private static async Task<byte[]> ReadUntilAsync(Socket socket, int atLeast)
    {
        var all = new List<byte>();
        var buffer = new byte[1000];
        while (all.Count < atLeast)
        {
            int count;
            try
            {
                count = await socket.ReceiveAsync(buffer);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
            {
                count = 0;
            }

            if (count == 0)
                break;
            all.AddRange(buffer[..count]);
        }

        return [.. all];
    }
}
