using System.Buffers;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Wire;

public sealed class FrameTests
{
    [Fact]
    public void FrameInBits_IsTakenOnlyWhenWhole()
    {
        byte[] bytes = [(byte)FrameType.Hello, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1];
        for (var length = 0; length < bytes.Length; length++)
        {
            var part = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.Equal(FrameStatus.More, Frame.TryTake(ref part, out _));
            Assert.Equal(length, part.Length);
        }

        var whole = new ReadOnlySequence<byte>([.. bytes, .. bytes]);
        Assert.Equal(FrameStatus.Taken, Frame.TryTake(ref whole, out var frame));
        Assert.Equal(bytes[2..], frame.Body.ToArray());
        Assert.Equal(FrameStatus.Taken, Frame.TryTake(ref whole, out _));
        Assert.True(whole.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(255)]
    public void FrameOfUnknownType_IsMalformed(byte type)
    {
        var buffer = new ReadOnlySequence<byte>([type]);
        Assert.Equal(FrameStatus.Malformed, Frame.TryTake(ref buffer, out _));
    }

    [Theory]
    [InlineData(FrameType.Put, WireLimits.MaxFrame)]
    [InlineData(FrameType.Hello, WireLimits.MaxSmallFrame)]
    [InlineData(FrameType.Delete, WireLimits.MaxSmallFrame)]
    [InlineData(FrameType.Audit, WireLimits.MaxSmallFrame)]
    public void FrameOverItsLimit_IsRefusedByItsHead(FrameType type, int most)
    {
        var allowed = Head(type, most);
        var over = Head(type, most + 1);
        Assert.Equal(FrameStatus.More, Frame.TryTake(ref allowed, out _));
        Assert.Equal(FrameStatus.TooLong, Frame.TryTake(ref over, out _));
    }

    private static ReadOnlySequence<byte> Head(FrameType type, int length) =>
        new([(byte)type, (byte)(0x80 | (length >> 24)), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
}
