using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp.Sessions;

public sealed class UdpMigrationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task FromAVirtualPathToTheRealOne_InTheMiddleOfATransfer_NothingIsLost()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (there, back) = (new Circuit(b.Port), new Circuit(a.Port));
        (there.At, back.At) = (b.Port.AddPath(back), a.Port.AddPath(there));
        await using var dial = a.Carrier.Dial(b.Key.PublicKey);
        dial.Try(back.At);
        var here = await dial.Session.WaitAsync(Patience);
        var other = (IUdpSession)await b.Listener.Sessions.ReadAsync();
        Assert.Equal((PathKind.Relay, "a circuit"), (here.Path.Kind, here.Path.Address));
        Assert.Equal(PathKind.Relay, other.Path.Kind);
        Assert.Null(other.RemoteEndPoint);
        var (moved, followed) = (Moved(here), Moved(other));

        var stream = await here.OpenStreamAsync(StreamIo.Kind);
        var bytes = StreamIo.Bytes(8_000_000);
        var writing = Task.Run(async () =>
        {
            await stream.Output.WriteAsync(bytes.AsMemory(0, 1_000_000));
            here.Probe(b.Endpoint);
            await stream.Output.WriteAsync(bytes.AsMemory(1_000_000));
            await stream.Output.CompleteAsync();
        });
        var received = await (await other.AcceptAsync()).ReadToEndAsync().WaitAsync(Patience);
        Assert.Equal(bytes, received);
        await writing;
        await moved.WaitAsync(Patience);
        await followed.WaitAsync(Patience);
        Assert.Equal((PathKind.Direct, b.Endpoint.ToString()), (here.Path.Kind, here.Path.Address));
        Assert.Equal((PathKind.Direct, a.Endpoint.ToString()), (other.Path.Kind, other.Path.Address));
    }

    [Fact]
    public async Task AWorsePath_IsNotTaken()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (there, back) = (new Circuit(b.Port), new Circuit(a.Port));
        (there.At, back.At) = (b.Port.AddPath(back), a.Port.AddPath(there));
        var (here, other) = await a.ConnectAsync(b);
        ((IUdpSession)here).Probe(back.At);
        await back.Passed.Task.WaitAsync(Patience);
        var stream = await here.OpenStreamAsync(StreamIo.Kind);
        await stream.WriteAsync(new byte[] { 1 });
        Assert.Equal([1], await (await other.AcceptAsync()).ReadExactlyAsync(1));
        Assert.Equal(PathKind.Direct, here.Path.Kind);
    }

    [Fact]
    public async Task ThePathInUseDies_AnotherThatIsKnownTakesItsPlace()
    {
        await using var a = await UdpNode.StartAsync();
        await using var b = await UdpNode.StartAsync();
        var (there, back) = (new Circuit(b.Port) { Kind = PathKind.Direct }, new Circuit(a.Port) { Kind = PathKind.Direct });
        (there.At, back.At) = (b.Port.AddPath(back), a.Port.AddPath(there));
        await using var dial = a.Carrier.Dial(b.Key.PublicKey);
        dial.Try(back.At);
        var here = await dial.Session.WaitAsync(Patience);
        var other = await b.Listener.Sessions.ReadAsync();
        var moved = Moved(here);
        a.Port.RemovePath(back.At);
        b.Port.RemovePath(there.At);
        var stream = await here.OpenStreamAsync(StreamIo.Kind);
        await stream.WriteAsync(new byte[] { 1 });
        here.Probe(b.Endpoint);
        here.NetworkChanged();
        await moved.WaitAsync(Patience);
        Assert.Equal(b.Endpoint.ToString(), here.Path.Address);
        Assert.Equal([1], await (await other.AcceptAsync()).ReadExactlyAsync(1));
    }

    [Fact]
    public async Task ConsentToTheOnlyPathIsTakenBack_TheSessionEndsBeforeAnyTimePasses()
    {
        await using var a = await UdpNode.StartAsync(time: new ManualClock());
        await using var b = await UdpNode.StartAsync();
        var (there, back) = (new Circuit(b.Port), new Circuit(a.Port));
        (there.At, back.At) = (b.Port.AddPath(back), a.Port.AddPath(there));
        await using var dial = a.Carrier.Dial(b.Key.PublicKey);
        dial.Try(back.At);
        var here = await dial.Session.WaitAsync(Patience);
        a.Port.RemovePath(back.At, isForbidden: true);
        Assert.Equal(SessionErrorCode.ConnectionLost, (await here.Closed.WaitAsync(Patience)).Code);
    }

    private static Task Moved(ISession session)
    {
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.PathChanged += () => moved.TrySetResult();
        return moved.Task;
    }

    /// <summary>One direction of a circuit: what is sent into it comes out of the other port.</summary>
    private sealed class Circuit(UdpPort to) : IVirtualPath
    {
        /// <summary>As which path it comes out there.</summary>
        public Endpoint At { get; set; }

        public TaskCompletionSource Passed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PathKind Kind { get; init; } = PathKind.Relay;

        public int MaxDatagram => 1400;

        public string Describe() => "a circuit";

        public bool TrySend(ReadOnlySpan<byte> datagram)
        {
            // On another thread, as a network would.
            var copy = datagram.ToArray();
            ThreadPool.QueueUserWorkItem(_ => to.DeliverFrom(At, copy));
            Passed.TrySetResult();
            return true;
        }
    }
}
