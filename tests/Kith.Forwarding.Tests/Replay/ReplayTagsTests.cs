using Kith.Forwarding.Replay;

namespace Kith.Forwarding.Tests.Replay;

public sealed class ReplayTagsTests
{
    [Fact]
    public void Tag_IsNewOnce_AlsoZero()
    {
        var tags = new ReplayTags(null, []);
        for (var round = 0; round < 2; round++)
        {
            foreach (var tag in new ulong[] { 0, ulong.MaxValue, 2, 3 })
                Assert.Equal(round == 0 ? TagOutcome.Noted : TagOutcome.Known, tags.TryNote(tag));
        }

        Assert.Equal(4, tags.Count);
    }

    [Fact]
    public void Tags_ManyAndOnOneSlot_AreAllKnown()
    {
        const int Many = 20_000;
        var tags = new ReplayTags(null, []);
        for (var i = 1UL; i <= Many; i++)
            Assert.Equal(TagOutcome.Noted, tags.TryNote(i % 10 == 0 ? i << 40 : i * 0x9E37_79B9_7F4A_7C15));
        for (var i = 1UL; i <= Many; i++)
            Assert.Equal(TagOutcome.Known, tags.TryNote(i % 10 == 0 ? i << 40 : i * 0x9E37_79B9_7F4A_7C15));
        Assert.Equal(Many, tags.Count);
    }

    [Fact]
    public void Tags_OverTheirRoom_AreRefused()
    {
        var tags = new ReplayTags(null, [5, 6, 6], capacity: 3);
        Assert.Equal(2, tags.Count);
        Assert.Equal(TagOutcome.Noted, tags.TryNote(7));
        Assert.True(tags.IsFull);
        Assert.Equal(TagOutcome.Full, tags.TryNote(8));
        Assert.Equal(TagOutcome.Known, tags.TryNote(5));
    }

    [Fact]
    public async Task Tag_FromManyThreadsAtOnce_IsNewForOne()
    {
        var tags = new ReplayTags(null, []);
        var noted = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(1, 5_000).Count(tag => tags.TryNote((ulong)tag) == TagOutcome.Noted))));
        Assert.Equal(5_000, noted.Sum());
    }
}
