using System.Buffers;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Tests.Frames;

public sealed class FrameTests
{
    private delegate bool Write(ref FrameWriter writer);

    [Fact]
    public void Ping_HasItsForm() =>
        Check("010102030405060708", (ref writer) => writer.TryWriteProbe(FrameType.Ping, 0x0102030405060708), FrameType.Ping, value: 0x0102030405060708);

    [Fact]
    public void Pong_HasItsForm() =>
        Check("02ffffffffffffffff", (ref writer) => writer.TryWriteProbe(FrameType.Pong, ulong.MaxValue), FrameType.Pong, value: ulong.MaxValue);

    [Fact]
    public void ResetStream_HasItsForm() =>
        Check("040540417bbd", (ref writer) => writer.TryWriteReset(5, 65, 15_293), FrameType.ResetStream, id: 5, code: 65, value: 15_293);

    [Fact]
    public void StopSending_HasItsForm() =>
        Check("050609", (ref writer) => writer.TryWriteStopSending(6, 9), FrameType.StopSending, id: 6, code: 9);

    [Fact]
    public void OpenStream_HasItsForm() =>
        Check("07048000ffff", (ref writer) => writer.TryWriteOpen(4, new StreamKind(ushort.MaxValue)), FrameType.OpenStream, id: 4, value: ushort.MaxValue);

    [Fact]
    public void Stream_HasItsForm() =>
        Check("080203616263", (ref writer) => writer.TryWriteStream(2, Sequence("abcdef"), 3, fin: false), FrameType.Stream, id: 2, data: "abc");

    [Fact]
    public void StreamFin_HasItsForm() =>
        Check("090200", (ref writer) => writer.TryWriteStream(2, Sequence(""), 0, fin: true), FrameType.StreamFin, id: 2);

    [Fact]
    public void MaxData_HasItsForm() =>
        Check("1080100000", (ref writer) => writer.TryWriteMaxData(1 << 20), FrameType.MaxData, value: 1 << 20);

    [Fact]
    public void MaxStreamData_HasItsForm() =>
        Check("1103c000000040000000", (ref writer) => writer.TryWriteMaxStreamData(3, 1 << 30), FrameType.MaxStreamData, id: 3, value: 1 << 30);

    [Fact]
    public void MaxStreams_HasItsForm() =>
        Check("124065", (ref writer) => writer.TryWriteMaxStreams(101), FrameType.MaxStreams, value: 101);

    [Fact]
    public void Close_HasItsForm() =>
        Check("1c0a03627965", (ref writer) => writer.TryWriteClose(SessionErrorCode.ShuttingDown, "bye"), FrameType.Close, code: 0x0a, data: "bye");

    [Fact]
    public void CloseWithTooLongAReason_GoesWithoutIt()
    {
        var writer = new FrameWriter(new byte[1000]);
        Assert.True(writer.TryWriteClose(SessionErrorCode.None, new string('x', SessionLimits.MaxCloseReason + 1)));
        Assert.Equal(3, writer.Length);
    }

    [Fact]
    public void Datagram_HasItsForm() =>
        Check("31026869", (ref writer) => writer.TryWriteDatagram("hi"u8), FrameType.Datagram, data: "hi");

    [Fact]
    public void Padding_IsOneZero()
    {
        var reader = new WireReader([0]);
        Assert.True(Frame.TryRead(ref reader, out var frame));
        Assert.Equal(FrameType.Padding, frame.Type);
        Assert.True(reader.IsAtEnd);
    }

    [Theory]
    [InlineData("")]
    [InlineData("03")] // no such types
    [InlineData("0a0000")]
    [InlineData("ff")]
    [InlineData("070480010000")] // a kind over 16 bits
    [InlineData("0800800040010000")] // data over a record's size
    [InlineData("310500")] // data cut short
    [InlineData("1c0a4101")] // a reason over its limit
    [InlineData("1cc000000100000000")] // a code over 32 bits
    public void Unreadable_IsRefused(string hex)
    {
        var reader = new WireReader(Convert.FromHexString(hex));
        Assert.False(Frame.TryRead(ref reader, out _));
    }

    [Fact]
    public void DatagramOverItsLimit_IsRefused()
    {
        using var writer = new WireWriter();
        writer.WriteByte((byte)FrameType.Datagram);
        writer.WriteLengthPrefixed(new byte[SessionLimits.MaxDatagramSize + 1]);
        var reader = new WireReader(writer.WrittenSpan);
        Assert.False(Frame.TryRead(ref reader, out _));
    }

    [Fact]
    public void StreamSpace_IsWhatFits()
    {
        for (var size = 0; size < 300; size++)
        {
            var writer = new FrameWriter(new byte[size]);
            var space = writer.StreamSpace(70);
            var data = new ReadOnlySequence<byte>(new byte[space]);
            Assert.True(space == 0 || writer.TryWriteStream(70, data, space, fin: true));
            Assert.InRange(writer.Length, 0, size);
        }
    }

    private static void Check(string hex, Write write, FrameType type, ulong id = 0, ulong value = 0, ulong code = 0, string data = "")
    {
        var golden = Convert.FromHexString(hex);
        var buffer = new byte[golden.Length];
        var writer = new FrameWriter(buffer);
        Assert.True(write(ref writer));
        Assert.Equal(hex, Convert.ToHexStringLower(buffer));
        Assert.Equal(golden.Length, writer.Length);

        var reader = new WireReader(golden);
        Assert.True(Frame.TryRead(ref reader, out var frame));
        Assert.True(reader.IsAtEnd);
        Assert.Equal((type, id, value, code), (frame.Type, frame.StreamId, frame.Value, frame.Code));
        Assert.Equal(data, System.Text.Encoding.ASCII.GetString(frame.Data));

        for (var length = 0; length < golden.Length; length++)
        {
            var cut = new WireReader(golden.AsSpan(0, length));
            Assert.False(Frame.TryRead(ref cut, out _));
            var narrow = new FrameWriter(new byte[length]);
            Assert.False(write(ref narrow));
            Assert.Equal(0, narrow.Length);
        }
    }

    private static ReadOnlySequence<byte> Sequence(string text) => new(System.Text.Encoding.ASCII.GetBytes(text));
}
