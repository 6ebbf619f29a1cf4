using Kith.Transport.Frames;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Sessions;

/// <summary>Every frame that the other side may not send, and the code that it gets.</summary>
public sealed class SessionCoreHostileTests
{
    private delegate void Write(ref FrameWriter writer);

    [Fact]
    public void RecordWithoutAFrame_IsRefused() => Refused([], SessionErrorCode.RecordInvalid);

    [Fact]
    public void UnknownFrame_IsRefused() => Refused([0x3e], SessionErrorCode.FrameEncoding);

    [Fact]
    public void FrameCutShort_IsRefused() => Refused([(byte)FrameType.Ping, 1, 2], SessionErrorCode.FrameEncoding);

    [Fact]
    public void StreamOfTheWrongSide_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) => writer.TryWriteOpen(0, StreamIo.Kind));

    [Fact]
    public void StreamOpenedOutOfOrder_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) => writer.TryWriteOpen(3, StreamIo.Kind));

    [Fact]
    public void StreamOpenedTwice_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) =>
        {
            writer.TryWriteOpen(1, StreamIo.Kind);
            writer.TryWriteOpen(1, StreamIo.Kind);
        });

    [Fact]
    public void StreamsOverTheLimit_AreRefused() =>
        Refused(SessionErrorCode.StreamLimit, (ref writer) =>
        {
            for (ulong i = 0; i <= CoreSide.Parameters.MaxStreams; i++)
                writer.TryWriteOpen((i << 1) | 1, StreamIo.Kind);
        });

    [Fact]
    public void DataForAStreamThatIsNotOpen_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) => writer.TryWriteStream(1, default, 0, fin: false));

    [Fact]
    public void DataAfterTheEnd_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) =>
        {
            writer.TryWriteOpen(1, StreamIo.Kind);
            writer.TryWriteStream(1, default, 0, fin: true);
            writer.TryWriteStream(1, default, 0, fin: false);
        });

    [Fact]
    public void DataAfterAReset_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) =>
        {
            writer.TryWriteOpen(1, StreamIo.Kind);
            writer.TryWriteReset(1, 0, 0);
            writer.TryWriteStream(1, default, 0, fin: false);
        });

    [Fact]
    public void DataOverTheStreamsLimit_IsRefused() =>
        Refused(SessionErrorCode.FlowControl, (ref writer) =>
        {
            writer.TryWriteOpen(1, StreamIo.Kind);
            writer.TryWriteStream(1, new(new byte[1001]), 1001, fin: false);
        });

    [Fact]
    public void DataOverTheSessionsLimit_IsRefused()
    {
        var side = new CoreSide(true, new SessionParameters(MaxData: 500, MaxStreamData: 1000, MaxStreams: 4));
        side.Receive(Record((ref writer) =>
        {
            writer.TryWriteOpen(1, StreamIo.Kind);
            writer.TryWriteStream(1, new(new byte[501]), 501, fin: false);
        }));
        Assert.Equal(SessionErrorCode.FlowControl, side.Core.Close?.Code);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void ResetWithAnotherFinalSize_IsRefused(ulong finalSize) =>
        Refused(SessionErrorCode.FinalSize, (ref writer) =>
        {
            writer.TryWriteOpen(1, StreamIo.Kind);
            writer.TryWriteStream(1, new(new byte[10]), 10, fin: false);
            writer.TryWriteReset(1, 0, finalSize);
        });

    [Fact]
    public void ResetOfAStreamThatIsNotOpen_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) => writer.TryWriteReset(1, 0, 0));

    [Fact]
    public void StopForAStreamThatNeverWas_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) => writer.TryWriteStopSending(0, 0));

    [Fact]
    public void LimitForAStreamThatNeverWas_IsRefused() =>
        Refused(SessionErrorCode.StreamState, (ref writer) => writer.TryWriteMaxStreamData(1, 100));

    [Fact]
    public void StopAndLimitForAStreamThatIsOver_AreIgnored()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        stream.Output.Complete();
        CoreSide.Exchange(a, b);
        b.Accepted[0].Output.Complete();
        b.Accepted[0].Input.Complete();
        CoreSide.Exchange(a, b);
        stream.Input.Complete();
        Assert.Equal(0, a.Core.StreamCount);
        a.Receive(Record((ref writer) =>
        {
            writer.TryWriteStopSending(0, 0);
            writer.TryWriteMaxStreamData(0, 5000);
        }));
        Assert.Equal(SessionState.Open, a.Core.State);
    }

    [Fact]
    public void SmallerLimits_ChangeNothing()
    {
        var (a, b) = CoreSide.Pair();
        var stream = a.Open();
        CoreSide.Exchange(a, b);
        a.Receive(Record((ref writer) =>
        {
            writer.TryWriteMaxData(1);
            writer.TryWriteMaxStreams(0);
            writer.TryWriteMaxStreamData(0, 1);
        }));
        CoreSide.Write(stream, new byte[1000]);
        CoreSide.Exchange(a, b);
        Assert.Equal(1000UL, b.Accepted[0].Receive.Offset);
        Assert.NotNull(a.Core.TryOpen(StreamIo.Kind));
    }

    [Fact]
    public void AfterARefusal_TheOtherSideIsToldAndNothingMoreCounts()
    {
        var side = new CoreSide(true);
        side.Core.TryQueueDatagram([1]);
        side.Receive([0x3e]);
        var b = new CoreSide(false);
        var record = side.NextRecord();
        b.Receive(record);
        Assert.Equal(SessionErrorCode.FrameEncoding, b.Core.Close?.Code);
        Assert.True(b.Core.Close!.ByRemote);
        Assert.Empty(b.Datagrams);
        side.Receive(Record((ref writer) => writer.TryWriteOpen(1, StreamIo.Kind)));
        Assert.Empty(side.Accepted);
        Assert.Null(side.NextRecord());
    }

    private static byte[] Record(Write write)
    {
        var buffer = new byte[SessionLimits.MaxRecordPlaintext];
        var writer = new FrameWriter(buffer);
        write(ref writer);
        return buffer[..writer.Length];
    }

    private static void Refused(SessionErrorCode code, Write write) => Refused(Record(write), code);

    private static void Refused(byte[] record, SessionErrorCode code)
    {
        var side = new CoreSide(true);
        side.Receive(record);
        Assert.Equal(code, side.Core.Close?.Code);
        Assert.False(side.Core.Close!.ByRemote);
        Assert.Equal(SessionState.Closing, side.Core.State);
        Assert.Equal((byte)FrameType.Close, side.NextRecord()![0]);
    }
}
