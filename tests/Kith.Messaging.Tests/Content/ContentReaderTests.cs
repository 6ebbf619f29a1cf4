using Google.Protobuf;
using Kith.Messaging.Content;

namespace Kith.Messaging.Tests.Content;

public sealed class ContentReaderTests
{
    private static readonly byte[] Typing = new ContentMessage { SentAt = 5, Typing = new TypingContent { Active = true } }.ToByteArray();

    [Fact]
    public void FieldOfALaterVersion_IsTaken()
    {
        // Field 63, bytes; field 100, a number.
        Assert.True(ContentReader.TryRead([.. Typing, 0xfa, 0x03, 1, 9, 0xa0, 0x06, 7], out var content));
        Assert.Equal(ContentMessage.KindOneofCase.Typing, content.KindCase);
    }

    [Fact]
    public void FieldThatStandsTwice_IsRefused()
    {
        Assert.True(ContentReader.TryRead(Typing, out _));
        Assert.False(ContentReader.TryRead([.. Typing, .. Typing], out _));
    }

    [Fact]
    public void KindRepeatedToTheLimit_CostsNothing()
    {
        byte[] text = [0x12, 4, 0x0a, 2, 0x0a, 0];
        byte[] many = [.. Enumerable.Repeat(text, ContentLimits.MaxContent / text.Length).SelectMany(bytes => bytes)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ContentReader.TryRead(many, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
