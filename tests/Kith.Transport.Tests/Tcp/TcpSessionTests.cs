using System.Buffers;

namespace Kith.Transport.Tests.Tcp;

public sealed class TcpSessionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connected_BothKnowEachOther(bool knowsKey)
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b, knowsKey);
        Assert.Equal(b.Key.PublicKey, here.RemoteKey);
        Assert.Equal(a.Key.PublicKey, there.RemoteKey);
        Assert.True(here.IsInitiator);
        Assert.False(there.IsInitiator);
        Assert.Equal("tcp", here.Carrier);
        Assert.NotNull(here.RoundTripTime);
        Assert.NotNull(there.RemoteEndPoint);
        await here.DisposeAsync();
        var close = await there.Closed;
        Assert.Equal(SessionErrorCode.None, close.Code);
        Assert.True(close.ByRemote);
    }

    [Fact]
    public async Task Stream_CarriesBothWaysAndEndsEachWayAlone()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        await using var one = here;
        await using var two = there;
        var opened = await here.OpenStreamAsync(StreamIo.Kind);
        var request = StreamIo.Bytes(3_000_000);
        var sending = Task.Run(async () =>
        {
            await opened.WriteAsync(request);
            await opened.Output.CompleteAsync();
        });
        var accepted = await there.AcceptAsync();
        Assert.Equal(StreamIo.Kind, accepted.Kind);
        Assert.Equal(request, await accepted.ReadToEndAsync());
        await sending;
        var response = StreamIo.Bytes(100_000, 2);
        await accepted.WriteAsync(response);
        await accepted.Output.CompleteAsync();
        Assert.Equal(response, await opened.ReadToEndAsync());
    }

    [Fact]
    public async Task ManySmallMessages_ComeBackInOrder()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        await using var one = here;
        await using var two = there;
        var echoing = EchoAsync(there);
        var stream = await here.OpenStreamAsync(StreamIo.Kind);
        for (var i = 0; i < 500; i++)
        {
            var message = StreamIo.Bytes(i + 1, i);
            await stream.WriteAsync(message);
            Assert.Equal(message, await stream.ReadExactlyAsync(message.Length));
        }

        await stream.Output.CompleteAsync();
        Assert.Empty(await stream.ReadToEndAsync());
        await echoing;
    }

    private static async Task EchoAsync(ISession session)
    {
        var stream = await session.AcceptAsync();
        while (true)
        {
            var read = await stream.Input.ReadAsync().ConfigureAwait(false);
            foreach (var segment in read.Buffer)
                stream.Output.Write(segment.Span);
            stream.Input.AdvanceTo(read.Buffer.End);
            await stream.Output.FlushAsync().ConfigureAwait(false);
            if (read.IsCompleted)
                break;
        }

        await stream.DisposeAsync();
    }
}
