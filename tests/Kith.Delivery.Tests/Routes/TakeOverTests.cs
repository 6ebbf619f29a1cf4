using System.Buffers;
using Kith.Crypto;
using Kith.Delivery.Routes;
using Kith.Transport;
using Kith.Transport.Tcp;

namespace Kith.Delivery.Tests.Routes;

/// <summary>Sessions of strangers that are for something else than talking to a peer.</summary>
public sealed class TakeOverTests : ISessionTaker
{
    private static readonly StreamKind Kind = new(2);
    private readonly TaskCompletionSource<(ISession Session, IStream First)> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionTakers _takers = new();

    bool ISessionTaker.TryTake(ISession session, IStream first) => _taken.TrySetResult((session, first));

    [Fact]
    public async Task FirstStreamOfAKindThatSomebodyTakes_SessionIsTheirsAndNoStrangersAnyMore()
    {
        _takers.Register(Kind, this);
        await using var node = await RouteNode.StartAsync(takers: _takers);
        var (session, stream) = await CallAsync(node, Kind);
        await using var _ = session;
        var (taken, first) = await _taken.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Kind, first.Kind);
        while (node.Route.Peers().Count > 0)
            await Task.Yield();
        // It goes on: nobody has closed it.
        var read = await first.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal([7], read.Buffer.ToArray());
        Assert.False(session.Closed.IsCompleted);
        Assert.NotNull(stream);
        await taken.CloseAsync();
    }

    [Fact]
    public async Task KindThatNobodyTakes_StreamIsRefused()
    {
        await using var node = await RouteNode.StartAsync(takers: _takers);
        var (session, stream) = await CallAsync(node, Kind);
        await using var _ = session;
        await Assert.ThrowsAsync<StreamException>(async () => await stream.Input.ReadAsync(TestContext.Current.CancellationToken));
        Assert.False(session.Closed.IsCompleted);
    }

    [Fact]
    public async Task AfterThePeerStream_NoOtherIsTaken()
    {
        _takers.Register(Kind, this);
        await using var node = await RouteNode.StartAsync(takers: _takers);
        var (session, _) = await CallAsync(node, PeerProtocol.StreamKind);
        await using var owned = session;
        var second = await session.OpenStreamAsync(Kind, TestContext.Current.CancellationToken);
        second.Output.Write("x"u8);
        // The refusal may be here before what is written has gone.
        await Assert.ThrowsAsync<StreamException>(async () =>
        {
            await second.Output.FlushAsync(TestContext.Current.CancellationToken);
            await second.Input.ReadAsync(TestContext.Current.CancellationToken);
        });
        Assert.False(_taken.Task.IsCompleted);
    }

    private static async Task<(ISession Session, IStream Stream)> CallAsync(RouteNode node, StreamKind kind)
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var carrier = new TcpCarrier(new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        Assert.True(NodeAddress.TryParse(node.Address, out var address));
        var session = await carrier.ConnectAsync([address!], null, TestContext.Current.CancellationToken);
        var stream = await session.OpenStreamAsync(kind, TestContext.Current.CancellationToken);
        stream.Output.Write((byte[])[7]);
        await stream.Output.FlushAsync(TestContext.Current.CancellationToken);
        return (session, stream);
    }
}
