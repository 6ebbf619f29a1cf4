using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kith.Transport.Dns;
using Kith.Wire;

namespace Kith.Transport.Tests.Dns;

/// <summary>Against servers of the tests' own on loopback; a real one answers in Kith.Overlay.Tests.</summary>
public sealed class DnsTransportTests : IDisposable
{
    private static readonly byte[] Question = Message(0x1234, flags: 0x0100, "question");

    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private readonly DnsTransport _transport = new(TimeProvider.System);

    public DnsTransportTests()
    {
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp = new TcpListener((IPEndPoint)_udp.LocalEndPoint!);
        _tcp.Start();
    }

    private Endpoint Server => Endpoint.From((IPEndPoint)_udp.LocalEndPoint!);

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    [Fact]
    public async Task AnswersThatAreNotTheQuestions_AreWaitedPast()
    {
        var exchange = _transport.ExchangeAsync(Server, Question, CancellationToken.None);
        var from = await TakeQuestionAsync();
        var answer = Message(0x1234, flags: 0x8000, "answer");
        foreach (var datagram in (byte[][])[[], [0x12, 0x34], Message(0x1235, flags: 0x8000, "of another id"), Question, answer])
            await _udp.SendToAsync(datagram, from);
        Assert.Equal(answer, await exchange);
    }

    [Fact]
    public async Task TruncatedAnswer_IsAskedForOverTcp()
    {
        var exchange = _transport.ExchangeAsync(Server, Question, CancellationToken.None);
        await _udp.SendToAsync(Message(0x1234, flags: 0x8200, "cut"), await TakeQuestionAsync());
        var whole = Message(0x1234, flags: 0x8000, new string('x', 3_000));
        await AnswerOverTcpAsync(whole);
        Assert.Equal(whole, await exchange);
    }

    [Fact]
    public async Task MessageLongerThanADatagram_GoesOverTcpAtOnce()
    {
        var exchange = _transport.ExchangeAsync(Server, Message(0x1234, flags: 0x0100, new string('q', 600)), CancellationToken.None);
        var answer = Message(0x1234, flags: 0x8000, "answer");
        await AnswerOverTcpAsync(answer);
        Assert.Equal(answer, await exchange);
        Assert.Equal(0, _udp.Available);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0003123400")]
    [InlineData("FFFF1234")]
    public async Task HostileStream_IsNoAnswer(string hex)
    {
        var exchange = _transport.ExchangeAsync(Server, Message(0x1234, flags: 0x0100, new string('q', 600)), CancellationToken.None);
        using (var client = await _tcp.AcceptSocketAsync())
        {
            await client.SendAsync(Convert.FromHexString(hex));
            client.Shutdown(SocketShutdown.Both);
        }

        Assert.Null(await exchange);
    }

    [Fact]
    public async Task NobodyThere_IsNoAnswer()
    {
        var server = Server;
        Dispose();
        Assert.Null(await _transport.ExchangeAsync(server, Question, CancellationToken.None));
    }

    [Fact]
    public async Task GivenUp_Throws()
    {
        using var giveUp = new CancellationTokenSource();
        var exchange = _transport.ExchangeAsync(Server, Question, giveUp.Token);
        _ = await TakeQuestionAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange);
    }

    private async Task<EndPoint> TakeQuestionAsync()
    {
        var buffer = new byte[1_024];
        var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
        Assert.Equal(Question, buffer[..received.ReceivedBytes]);
        return received.RemoteEndPoint;
    }

    private async Task AnswerOverTcpAsync(byte[] answer)
    {
        using var client = await _tcp.AcceptSocketAsync();
        await using var stream = new NetworkStream(client);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length);
        await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadUInt16BigEndian(length)]);
        // In pieces, as streams come.
        await stream.WriteAsync(new[] { (byte)(answer.Length >> 8) });
        await stream.WriteAsync(new[] { (byte)answer.Length });
        await stream.WriteAsync(answer.AsMemory(0, 7));
        await stream.WriteAsync(answer.AsMemory(7));
    }

    private static byte[] Message(ushort id, ushort flags, string rest)
    {
        byte[] message = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(rest)];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), flags);
        return message;
    }
}
