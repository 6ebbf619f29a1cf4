using System.Buffers;
using Kith.Delivery.Routes;
using Kith.Delivery.Routes.Frames;

namespace Kith.Delivery.Tests.Routes;

public sealed class PeerFrameTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 63)]
    [InlineData(1, 64)]
    [InlineData(1, PeerProtocol.MaxEnvelope)]
    [InlineData(2, PeerProtocol.MaxBundle)]
    [InlineData(3, 1000)]
    [InlineData(77, 0)]
    public void WrittenFrame_ReadsBackHoweverItIsCut(int type, int length)
    {
        var body = new byte[length];
        new Random(length).NextBytes(body);
        var bytes = Written((PeerFrameType)type, body);
        foreach (var cut in new[] { 0, 1, 2, 3, bytes.Length / 2 })
        {
            var result = PeerFrameReader.Read(Sequence(bytes.AsSpan(0, cut).ToArray(), bytes.AsSpan(cut).ToArray()), out var readType, out var read, out var rest);
            Assert.Equal(FrameResult.Frame, result);
            Assert.Equal((PeerFrameType)type, readType);
            Assert.Equal(body, read.ToArray());
            Assert.True(rest.IsEmpty);
        }
    }

    [Fact]
    public void AnyPrefix_IsIncompleteAndMovesNothing()
    {
        var bytes = Written(PeerFrameType.Envelope, new byte[100]);
        for (var size = 0; size < bytes.Length; size++)
        {
            var source = new ReadOnlySequence<byte>(bytes.AsMemory(0, size));
            Assert.Equal(FrameResult.Incomplete, PeerFrameReader.Read(source, out _, out _, out var rest));
            Assert.Equal(size, rest.Length);
        }
    }

    [Theory]
    [InlineData(1, PeerProtocol.MaxEnvelope + 1)]
    [InlineData(2, PeerProtocol.MaxBundle + 1)]
    [InlineData(3, PeerProtocol.MaxBundle + 1)]
    [InlineData(99, PeerProtocol.MaxUnknown + 1)]
    public void FrameOverItsLimit_IsRefusedBeforeItsBodyIsThere(int type, int length)
    {
        var bytes = Written((PeerFrameType)type, new byte[length]);
        Assert.Equal(FrameResult.TooLarge, PeerFrameReader.Read(new ReadOnlySequence<byte>(bytes.AsMemory(0, 8)), out _, out _, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EmptyKnownFrame_IsMalformed(int type) =>
        Assert.Equal(FrameResult.Malformed, PeerFrameReader.Read(new ReadOnlySequence<byte>(Written((PeerFrameType)type, [])), out _, out _, out _));

    [Fact]
    public void RandomBytes_NeverThrowAndNeverStandStill()
    {
        var random = new Random(5);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 1 && (i & 1) == 0)
                bytes[1] = (byte)random.Next(20);
            var cut = random.Next(bytes.Length + 1);
            var rest = Sequence(bytes.AsSpan(0, cut).ToArray(), bytes.AsSpan(cut).ToArray());
            var left = rest.Length;
            while (PeerFrameReader.Read(rest, out _, out _, out rest) == FrameResult.Frame)
            {
                Assert.True(rest.Length < left);
                left = rest.Length;
            }
        }
    }

    private static byte[] Written(PeerFrameType type, byte[] body)
    {
        var writer = new ArrayBufferWriter<byte>();
        var size = PeerFrameWriter.Write(writer, type, body);
        Assert.Equal(size, writer.WrittenCount);
        return writer.WrittenSpan.ToArray();
    }

    private static ReadOnlySequence<byte> Sequence(byte[] first, byte[] second)
    {
        var start = new Segment(first, null);
        var end = new Segment(second, start);
        return new ReadOnlySequence<byte>(start, 0, end, second.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is null)
                return;
            RunningIndex = before.Memory.Length;
            before.Next = this;
        }
    }
}
