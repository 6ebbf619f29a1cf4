using System.Buffers;
using System.IO.Pipelines;
using Kith.Delivery.Routes;
using Kith.Delivery.Routes.Frames;

namespace Kith.Delivery.Tests.Routes;

public sealed class PeerOutputTests
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PeerOutput _output;
    private Exception? _failure;

    public PeerOutputTests() => _output = new PeerOutput(_pipe.Writer, () => _ready.TrySetResult(), error => _failure = error);

    [Fact]
    public void SmallMessage_IsInTheStreamBeforeSendReturns()
    {
        Assert.Equal(1, _output.Send(PeerFrameType.Envelope, [new byte[] { 5 }]));
        Assert.True(_pipe.Reader.TryRead(out var read));
        Assert.Equal([1, 1, 5], read.Buffer.ToArray());
    }

    [Fact]
    public async Task StreamThatTakesNothing_IsBoundedAndSaysWhenThereIsRoom()
    {
        var body = new ReadOnlyMemory<byte>(new byte[64 * 1024]);
        var taken = 0;
        while (_output.Send(PeerFrameType.Envelope, [body]) == 1)
            Assert.InRange(++taken, 1, 40);
        Assert.False(_ready.Task.IsCompleted);

        var received = 0;
        while (received < taken)
        {
            var read = await _pipe.Reader.ReadAsync();
            var rest = read.Buffer;
            while (PeerFrameReader.Read(rest, out _, out _, out rest) == FrameResult.Frame)
                received++;
            _pipe.Reader.AdvanceTo(rest.Start, read.Buffer.End);
        }

        await _ready.Task.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(1, _output.Send(PeerFrameType.Envelope, [body]));
        Assert.Null(_failure);
    }

    [Fact]
    public void ManyBodies_AreTakenFromTheFront()
    {
        ReadOnlyMemory<byte>[] bodies = [.. Enumerable.Range(0, 40).Select(_ => new ReadOnlyMemory<byte>(new byte[64 * 1024]))];
        Assert.Equal(16, _output.Send(PeerFrameType.Envelope, bodies));
    }

    [Fact]
    public void ReaderGone_FailsOnceAndTakesNothingMore()
    {
        _pipe.Reader.Complete();
        _output.Send(PeerFrameType.Envelope, [new byte[] { 1 }]);
        Assert.NotNull(_failure);
        Assert.Equal(0, _output.Send(PeerFrameType.Envelope, [new byte[] { 1 }]));
    }

    [Fact]
    public async Task Ended_TakesNothingMore()
    {
        await _output.EndAsync();
        Assert.Equal(0, _output.Send(PeerFrameType.Envelope, [new byte[] { 1 }]));
    }
}
