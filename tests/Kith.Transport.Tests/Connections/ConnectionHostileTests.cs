using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Transport.Sessions;
using Kith.Transport.Tests.Sessions;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>Each thing that an authenticated peer may not send, and the code that says so.</summary>
public sealed class ConnectionHostileTests : IDisposable
{
    private readonly ConnectionSide _called = new("192.0.2.2:4002");

    public void Dispose() => _called.Dispose();

    public static TheoryData<string, SessionErrorCode, byte[]> Refused => new()
    {
        { "an unknown type", SessionErrorCode.FrameEncoding, [0x3f] },
        { "a frame of ordered carriers", SessionErrorCode.FrameEncoding, [0x08, 0, 1, 1] },
        { "PONG", SessionErrorCode.FrameEncoding, [0x02, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "STREAM cut short", SessionErrorCode.FrameEncoding, [0x0e, 0, 0, 5, 1] },
        { "STREAM beyond 2^62", SessionErrorCode.FrameEncoding, [0x0c, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1] },
        { "ACK of what was never sent", SessionErrorCode.RecordInvalid, [0x03, 0x3f, 0, 0, 0] },
        { "ACK whose first range is too long", SessionErrorCode.FrameEncoding, [0x03, 0, 0, 0, 1] },
        { "ACK whose gap is too long", SessionErrorCode.FrameEncoding, [0x03, 2, 0, 1, 0, 5, 0] },
        { "ACK that promises more ranges than it has", SessionErrorCode.FrameEncoding, [0x03, 2, 0, 9, 0] },
        { "data on a stream that this side never opened", SessionErrorCode.StreamState, [0x0e, 1, 0, 1, 1] },
        { "a stream opened for this side", SessionErrorCode.StreamState, [0x07, 1, 7] },
        { "a stream beyond the limit", SessionErrorCode.StreamLimit, [0x07, 0x40, 128, 7] },
        { "data beyond the stream's limit", SessionErrorCode.FlowControl, [0x0e, 0, 0x80, 0x08, 0x00, 0x00, 1, 1] },
        { "a reset beyond the stream's limit", SessionErrorCode.FlowControl, [0x04, 0, 0, 0x80, 0x08, 0x00, 0x01] },
        { "data beyond the end", SessionErrorCode.FinalSize, [0x0f, 0, 0, 1, 1, 0x0e, 0, 1, 1, 1] },
        { "two ends", SessionErrorCode.FinalSize, [0x0f, 0, 2, 1, 1, 0x0f, 0, 3, 1, 1] },
        { "an end before what came", SessionErrorCode.FinalSize, [0x0e, 0, 4, 1, 1, 0x0f, 0, 0, 1, 1] },
        { "a reset with another size", SessionErrorCode.FinalSize, [0x0f, 0, 0, 2, 1, 1, 0x04, 0, 0, 3] },
        { "a reset below what came", SessionErrorCode.FinalSize, [0x0e, 0, 4, 1, 1, 0x04, 0, 0, 2] },
        { "STOP_SENDING for a stream never opened", SessionErrorCode.StreamState, [0x05, 1, 0] },
        { "MAX_STREAM_DATA for a stream never opened", SessionErrorCode.StreamState, [0x11, 1, 9] },
        { "an id never issued retired", SessionErrorCode.StreamState, [0x19, 0x20] },
        { "retire prior to above the sequence", SessionErrorCode.FrameEncoding, [0x18, 1, 2, .. new byte[24]] },
        { "one sequence with two ids", SessionErrorCode.StreamLimit, [0x18, 1, 0, .. NewId(1), 0x18, 1, 0, .. NewId(2)] },
        { "one id under two sequences", SessionErrorCode.StreamLimit, [0x18, 1, 0, .. NewId(1), 0x18, 2, 0, .. NewId(1)] },
        {
            "more ids than allowed", SessionErrorCode.StreamLimit,
            [0x18, 1, 0, .. NewId(1), 0x18, 2, 0, .. NewId(2), 0x18, 3, 0, .. NewId(3), 0x18, 4, 0, .. NewId(4)]
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Frame_NotAllowed_ClosesWithItsCode(string what, SessionErrorCode code, byte[] frames)
    {
        using var caller = RawCaller.Open(_called);
        caller.Read();
        caller.Send(frames);
        Assert.True(_called.Core.State == ConnectionState.Closing, what);
        Assert.Equal(code, _called.Core.Close!.Code);
        Assert.False(_called.Core.Close.ByRemote);
        Assert.Equal(code, caller.ReadClose());
    }

    [Fact]
    public void Packet_ReservedBitsSet_ClosesWithRecordInvalid()
    {
        using var caller = RawCaller.Open(_called);
        caller.Give(caller.Seal([0x01], setBits: 0x10));
        Assert.Equal(SessionErrorCode.RecordInvalid, _called.Core.Close!.Code);
    }

    [Fact]
    public void Packet_WithoutFrame_ClosesWithRecordInvalid()
    {
        using var caller = RawCaller.Open(_called);
        caller.Give(caller.Seal([]));
        Assert.Equal(SessionErrorCode.RecordInvalid, _called.Core.Close!.Code);
    }

    [Fact]
    public void Packet_Repeated_IsDropped()
    {
        using var caller = RawCaller.Open(_called);
        var packet = caller.Seal([0x31, 1, 9]);
        caller.Give([.. packet]);
        caller.Give([.. packet]);
        Assert.Single(_called.Datagrams);
        Assert.Equal(1, _called.Table.Counters.Duplicates);
    }

    [Fact]
    public void Packet_EveryBitChanged_IsDropped()
    {
        using var caller = RawCaller.Open(_called);
        var packet = caller.Seal([0x31, 1, 9]);
        for (var bit = 8 * 9; bit < 8 * packet.Length; bit++)
        {
            byte[] changed = [.. packet];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            caller.Give(changed);
        }

        Assert.Empty(_called.Datagrams);
        Assert.Equal(ConnectionState.Open, _called.Core.State);
        caller.Give(packet);
        Assert.Single(_called.Datagrams);
    }

    [Fact]
    public void Stream_PiecesInAnyOrder_AreReadInOrder()
    {
        using var caller = RawCaller.Open(_called);
        caller.Send([0x0f, 0, 4, 2, 5, 6]); // the end first
        caller.Send([0x0e, 0, 2, 2, 3, 4]);
        caller.Send([0x0e, 0, 1, 3, 2, 3, 4]); // overlaps
        Assert.Empty(_called.Accepted);
        caller.Send([0x07, 0, 7]);
        Assert.Equal(new StreamKind(7), Assert.Single(_called.Accepted).Kind);
        caller.Send([0x0e, 0, 0, 2, 1, 2]);
        Assert.Equal([1, 2, 3, 4, 5, 6], CoreSide.Read(_called.Accepted[0]));
        Assert.True(CoreSide.IsAtEnd(_called.Accepted[0]));
        caller.Send([0x0e, 0, 0, 2, 1, 2]); // and again
        Assert.Equal(ConnectionState.Open, _called.Core.State);
    }

    [Fact]
    public void Stream_TooManyGaps_ClosesWithFlowControl()
    {
        using var caller = RawCaller.Open(_called);
        for (var i = 0; _called.Core.State == ConnectionState.Open && i < 10_000; i++)
        {
            using var writer = new WireWriter();
            writer.WriteByte(0x0e);
            writer.WriteVarInt(0);
            writer.WriteVarInt((ulong)(2 * i) + 1);
            writer.WriteVarInt(1);
            writer.WriteByte(1);
            caller.Send(writer.WrittenSpan);
        }

        Assert.Equal(SessionErrorCode.FlowControl, _called.Core.Close!.Code);
    }

    [Fact]
    public void Streams_OpenedOutOfOrder_AreAllThere()
    {
        using var caller = RawCaller.Open(_called);
        caller.Send([0x07, 4, 9]);
        Assert.Single(_called.Accepted);
        Assert.Equal(3, _called.Core.StreamCount);
        caller.Send([0x07, 0, 8, 0x07, 2, 8, 0x07, 0, 8]);
        Assert.Equal([4, 0, 2], _called.Accepted.Select(static stream => (int)stream.Id));
    }

    [Fact]
    public void Challenge_OfAStrangerAddress_IsAnsweredThereWithinThreeTimes()
    {
        using var caller = RawCaller.Open(_called);
        caller.Read();
        caller.From = Endpoint.FromIPv4(0xc0000263, 5);
        var packet = caller.Seal([0x1a, 1, 2, 3, 4, 5, 6, 7, 8]);
        caller.Give(packet);
        var answers = caller.Read().FindAll(one => one.To == caller.From);
        Assert.NotEmpty(answers);
        Assert.True(answers.Sum(static one => one.Size) <= 3 * packet.Length);
        Assert.Contains(answers, static one => one.Plaintext.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1b, 1, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public void Close_FromOther_IsAnsweredOnceAndEnds()
    {
        using var caller = RawCaller.Open(_called);
        caller.Read();
        caller.Send([0x1c, 0x0a, 2, (byte)'b', (byte)'y']);
        Assert.Equal(new SessionClose(SessionErrorCode.ShuttingDown, ByRemote: true, "by"), _called.Core.Close);
        Assert.Equal(SessionErrorCode.None, caller.ReadClose());
        _called.Tick(caller.Now);
        Assert.Empty(_called.Connections);
    }

    private static byte[] NewId(byte seed) => [.. Enumerable.Repeat(seed, 24)];
}
