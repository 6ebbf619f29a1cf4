using System.Net;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

public sealed class OffloadTests
{
    [Theory]
    [InlineData(1200, 1200 * 40)]
    [InlineData(1200, (1200 * 200) + 7)]
    [InlineData(100, 100 * 64)]
    [InlineData(30_000, 100_000)]
    [InlineData(1200, 1200)]
    [InlineData(1200, 5)]
    public async Task DatagramsSentTogether_ArriveAsIfSentAlone(int size, int total)
    {
        var bytes = StreamIo.Bytes(total);
        for (var at = 0; at < total; at += size)
            bytes[at] = 0x41;
        var expected = bytes.Chunk(size).ToList();
        Assert.Equal(expected, await ReceivedAsync(expected.Count, (port, to) => port.Send(to, bytes, size)));
        Assert.Equal(expected, await ReceivedAsync(expected.Count, (port, to) => expected.ForEach(one => port.Send(to, one))));
    }

    [Fact]
    public async Task DatagramsThatCameTogether_GoToTheTakersOfTheirFirstBytes()
    {
        await using var sender = Open();
        await using var receiver = Open();
        var (a, b) = (new RecordingTaker(), new RecordingTaker());
        receiver.Register((byte)'a', a);
        receiver.Register((byte)'b', b);
        receiver.Start();
        sender.Send(Endpoint.From(receiver.LocalEndPoints[0]), "a1a2b3x4b5a"u8, 2);
        foreach (var text in (string[])["a1", "a2", "a"])
            Assert.Equal(text, await a.NextTextAsync());
        foreach (var text in (string[])["b3", "b5"])
            Assert.Equal(text, await b.NextTextAsync());
    }

    [Fact]
    public async Task TheLongestDatagram_Arrives_ALongerOneIsLost()
    {
        await using var sender = Open();
        await using var receiver = Open();
        var taker = new LongTaker();
        receiver.Register(0x41, taker);
        receiver.Start();
        var bytes = new byte[UdpPort.LongestDatagram + 1];
        bytes[0] = 0x41;
        sender.Send(Endpoint.From(receiver.LocalEndPoints[0]), bytes);
        Assert.Equal(1, sender.Dropped);
        sender.Send(Endpoint.From(receiver.LocalEndPoints[0]), bytes.AsSpan(..^1));
        Assert.Equal(UdpPort.LongestDatagram, await taker.Length.Task);
    }

    [Fact]
    public async Task WithoutSegmentation_TheSameArrives()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var receiver = Open();
        var taker = new RecordingTaker();
        receiver.Register(0x41, taker);
        receiver.Start();
        await using var port = Open();
        await using var socket = new LinuxUdpSocket(new IPEndPoint(IPAddress.Loopback, 0), port);
        Assert.True(socket.CanSegment);
        socket.CanSegment = false;
        var bytes = Enumerable.Repeat((byte)0x41, 2500).ToArray();
        Assert.Equal(0, socket.Send(Endpoint.From(receiver.LocalEndPoints[0]), bytes, 1000));
        foreach (var length in (int[])[1000, 1000, 500])
            Assert.Equal(length, (await taker.NextAsync()).Datagram.Length);
    }

    private static async Task<List<byte[]>> ReceivedAsync(int count, Action<UdpPort, Endpoint> send)
    {
        await using var sender = Open();
        await using var receiver = Open();
        var taker = new RecordingTaker { MaxDatagram = UdpPort.LongestDatagram };
        receiver.Register(0x40, 0x5f, taker);
        receiver.Start();
        send(sender, Endpoint.From(receiver.LocalEndPoints[0]));
        var received = new List<byte[]>();
        while (received.Count < count)
            received.Add((await taker.NextAsync()).Datagram);
        Assert.Equal(0, sender.Dropped + receiver.Dropped);
        Assert.Equal(sender.BytesOut, receiver.BytesIn);
        return received;
    }

    private static UdpPort Open() => UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);

    private sealed class LongTaker : IDatagramTaker
    {
        public TaskCompletionSource<int> Length { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int MaxDatagram => UdpPort.LongestDatagram;

        public void Take(Endpoint from, ReadOnlySpan<byte> datagram) => Length.TrySetResult(datagram.Length);
    }
}
