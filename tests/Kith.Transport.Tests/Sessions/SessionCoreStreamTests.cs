using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Sessions;

public sealed class SessionCoreStreamTests
{
    [Fact]
    public void OpenedStream_ArrivesWithItsKindAndData()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Write(stream, [1, 2, 3]);
        CoreSide.Exchange(a, b);
        var accepted = Assert.Single(b.Accepted);
        Assert.Equal(StreamIo.Kind, accepted.Kind);
        Assert.Equal(0, accepted.Id);
        Assert.Equal([1, 2, 3], CoreSide.Read(accepted));
        Assert.Equal(1, b.Open().Id);
    }

    [Fact]
    public void SmallFrames_ShareARecord()
    {
        var (a, _) = CoreSide.Pair();
        var (one, two) = (a.Open(), a.Open());
        CoreSide.Write(one, [1]);
        CoreSide.Write(two, [2]);
        a.Core.TryQueueDatagram([3]);
        Assert.NotNull(a.NextRecord());
        Assert.Null(a.NextRecord());
    }

    [Fact]
    public void HalfClose_EndsOneDirectionAlone()
    {
        var (a, b) = CoreSide.Pair();
        var here = a.Open();
        CoreSide.Write(here, [1]);
        here.Output.Complete();
        CoreSide.Exchange(a, b);
        var there = b.Accepted[0];
        Assert.Equal([1], CoreSide.Read(there));
        Assert.True(CoreSide.IsAtEnd(there));
        CoreSide.Write(there, [2]);
        CoreSide.Exchange(a, b);
        Assert.Equal([2], CoreSide.Read(here));
        Assert.False(CoreSide.IsAtEnd(here));
        Assert.Equal((1, 1), (a.Core.StreamCount, b.Core.StreamCount));
        there.Output.Complete();
        CoreSide.Exchange(a, b);
        Assert.True(CoreSide.IsAtEnd(here));
        here.Input.Complete();
        Assert.Equal((0, 0), (a.Core.StreamCount, b.Core.StreamCount));
    }

    [Fact]
    public void StreamsOverTheLimit_WaitUntilOneIsOver()
    {
        var (a, b) = CoreSide.Pair();
        var streams = Enumerable.Range(0, (int)CoreSide.Parameters.MaxStreams).Select(_ => a.Open()).ToArray();
        CoreSide.Exchange(a, b);
        Assert.Null(a.Core.TryOpen(StreamIo.Kind));
        streams[0].Output.Complete();
        CoreSide.Exchange(a, b);
        Assert.Null(a.Core.TryOpen(StreamIo.Kind));
        Assert.True(CoreSide.IsAtEnd(b.Accepted[0]));
        b.Accepted[0].Output.Complete();
        b.Accepted[0].Input.Complete();
        CoreSide.Exchange(a, b);
        Assert.NotNull(a.Core.TryOpen(StreamIo.Kind));
        Assert.Null(a.Core.TryOpen(StreamIo.Kind));
    }

    [Fact]
    public void StreamWindow_BlocksAndIsOpenedByReading()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        var sent = StreamIo.Bytes(2500);
        CoreSide.Write(stream, sent);
        CoreSide.Exchange(a, b);
        var there = b.Accepted[0];
        Assert.Equal(1000UL, there.Receive.Offset);
        Assert.Null(a.NextRecord());
        var read = CoreSide.Read(there);
        Assert.Equal(1000, read.Length);
        CoreSide.Exchange(a, b);
        read = [.. read, .. CoreSide.Read(there)];
        CoreSide.Exchange(a, b);
        read = [.. read, .. CoreSide.Read(there)];
        Assert.Equal(sent, read);
    }

    [Fact]
    public void SessionWindow_BlocksAllStreamsAndIsOpenedByReadingAny()
    {
        var parameters = new SessionParameters(MaxData: 1500, MaxStreamData: 1000, MaxStreams: 4);
        var a = new CoreSide(true, parameters, parameters);
        var b = new CoreSide(false, parameters, parameters);
        var (one, two) = (a.Open(), a.Open());
        CoreSide.Write(one, new byte[1000]);
        CoreSide.Write(two, new byte[1000]);
        CoreSide.Exchange(a, b);
        Assert.Equal(1500UL, b.Accepted[0].Receive.Offset + b.Accepted[1].Receive.Offset);
        CoreSide.Read(b.Accepted[0]);
        CoreSide.Exchange(a, b);
        Assert.Equal(2000UL, b.Accepted[0].Receive.Offset + b.Accepted[1].Receive.Offset);
    }

    [Fact]
    public void UnreadInputCompleted_GivesTheSessionItsWindowBack()
    {
        var (a, b) = CoreSide.Pair();
        for (var i = 0; i < 20; i++)
        {
            var stream = a.Open();
            CoreSide.Write(stream, new byte[1000]);
            stream.Output.Complete();
            CoreSide.Exchange(a, b);
            b.Accepted[i].Input.Complete();
            b.Accepted[i].Output.Complete();
            CoreSide.Exchange(a, b);
            stream.Input.Complete();
            CoreSide.Exchange(a, b);
        }

        Assert.Equal((0, 0), (a.Core.StreamCount, b.Core.StreamCount));
    }

    [Fact]
    public void Reset_ReachesTheReaderAfterWhatWasReceived()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Write(stream, [1, 2]);
        CoreSide.Exchange(a, b);
        CoreSide.Write(stream, [3]);
        stream.Reset(77);
        CoreSide.Exchange(a, b);
        var there = b.Accepted[0];
        Assert.Equal([1, 2], CoreSide.Read(there));
        var error = Assert.Throws<StreamException>(() => there.Input.TryRead(out _));
        Assert.Equal(77UL, error.Code);
        Assert.True(error.ByRemote);
        Assert.Throws<StreamException>(() => there.Output.FlushAsync().AsTask().GetAwaiter().GetResult());
        there.Input.Complete();
        Assert.Equal((0, 0), (a.Core.StreamCount, b.Core.StreamCount));
        Assert.Equal(SessionState.Open, b.Core.State);
    }

    [Fact]
    public void PartlyReadFramesBeforeAReset_AreStillThere()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Write(stream, [1, 2, 3]);
        stream.Output.Complete(null);
        a.Close(SessionErrorCode.ShuttingDown);
        CoreSide.Write(b.Open(), [9]);
        a.SendTo(b);
        var there = b.Accepted[0];
        // One byte at a time, as a reader of frames does.
        for (byte expected = 1; expected <= 3; expected++)
        {
            Assert.True(there.Input.TryRead(out var result));
            Assert.Equal(expected, result.Buffer.FirstSpan[0]);
            there.Input.AdvanceTo(result.Buffer.GetPosition(1));
        }

        Assert.True(CoreSide.IsAtEnd(there));
    }

    [Fact]
    public void SessionEnd_ReachesReadersAfterWhatWasReceived()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Write(stream, [1, 2, 3]);
        a.Close(SessionErrorCode.ShuttingDown);
        a.SendTo(b);
        var there = b.Accepted[0];
        Assert.True(there.Input.TryRead(out var result));
        Assert.False(result.IsCompleted);
        there.Input.AdvanceTo(result.Buffer.GetPosition(1));
        Assert.True(there.Input.TryRead(out result));
        Assert.Equal(2, result.Buffer.Length);
        there.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        var error = Assert.Throws<SessionException>(() => there.Input.TryRead(out _));
        Assert.Equal(SessionErrorCode.ShuttingDown, error.Code);
        Assert.True(error.Close.ByRemote);
    }

    [Fact]
    public void DataThatComesTogetherWithTheEnd_IsReadThoughAllBeforeItWasSeen()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Write(stream, [1]);
        a.SendTo(b);
        var there = b.Accepted[0];
        Assert.True(there.Input.TryRead(out var result));
        there.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        CoreSide.Write(stream, [2]);
        a.Close(SessionErrorCode.ShuttingDown);
        a.SendTo(b);
        Assert.Equal([1, 2], CoreSide.Read(there));
        Assert.Throws<SessionException>(() => there.Input.TryRead(out _));
    }

    [Fact]
    public void CloseWithFlush_SendsWhatIsBufferedThenSaysWhy()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Write(stream, new byte[800]);
        a.Close(SessionErrorCode.Superseded);
        Assert.Null(a.Core.TryOpen(StreamIo.Kind));
        Assert.False(a.Core.TryQueueDatagram([1]));
        a.SendTo(b);
        Assert.Equal(800, CoreSide.Read(b.Accepted[0]).Length);
        Assert.Equal(SessionState.Ended, b.Core.State);
        Assert.Equal(new SessionClose(SessionErrorCode.Superseded, ByRemote: true, "a test"), b.Core.Close);
        Assert.Equal(SessionState.Ended, a.Core.State);
        Assert.False(a.Core.Close!.ByRemote);
        Assert.Null(a.NextRecord());
    }

    [Fact]
    public void Datagrams_ArriveUntilTheQueueIsFull()
    {
        var (a, b) = CoreSide.Pair();
        for (var i = 0; i < SessionLimits.MaxQueuedDatagrams; i++)
            Assert.True(a.Core.TryQueueDatagram([(byte)i]));
        Assert.False(a.Core.TryQueueDatagram([0]));
        CoreSide.Exchange(a, b);
        Assert.Equal(SessionLimits.MaxQueuedDatagrams, b.Datagrams.Count);
        Assert.Equal([5], b.Datagrams[5]);
        Assert.False(a.Core.TryQueueDatagram(new byte[SessionLimits.MaxDatagramSize + 1]));
        Assert.True(a.Core.TryQueueDatagram(new byte[SessionLimits.MaxDatagramSize]));
    }

    [Fact]
    public void LargestRecords_AreSharedFairly()
    {
        var parameters = SessionParameters.Default;
        var a = new CoreSide(true, parameters, parameters);
        var b = new CoreSide(false, parameters, parameters);
        var (one, two) = (a.Open(), a.Open());
        CoreSide.Write(one, new byte[100_000]);
        CoreSide.Write(two, new byte[100_000]);
        for (var i = 0; i < 4; i++)
            b.Receive(a.NextRecord());
        Assert.InRange(b.Accepted[0].Receive.Offset, 32_000UL, 33_000UL);
        Assert.InRange(b.Accepted[1].Receive.Offset, 32_000UL, 33_000UL);
    }
}
