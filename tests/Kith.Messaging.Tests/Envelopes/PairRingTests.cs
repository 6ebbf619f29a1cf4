using Kith.Messaging.Envelopes;
using Kith.Messaging.Tests.Accounts;
using Kith.Wire;

namespace Kith.Messaging.Tests.Envelopes;

public sealed class PairRingTests
{
    private readonly CountingRandom _random = new(9);

    [Fact]
    public void ProposedSecret_IsUsedOnceConfirmed()
    {
        var first = PairSecret.Generate(_random, 0);
        var ring = new PairRing(first, null, Confirmed: false);
        Assert.Null(ring.Sealing);
        ring = ring.Confirm();
        Assert.Same(first, ring.Sealing);
        var second = PairSecret.Generate(_random, 1);
        ring = ring.Propose(second);
        Assert.Same(first, ring.Sealing);
        Assert.Same(first, ring.Older);
        Assert.Same(second, ring.Confirm().Sealing);
    }

    [Fact]
    public void PeersNewerSecret_IsTakenAndUsedAtOnce()
    {
        var first = PairSecret.Generate(_random, 0);
        var second = PairSecret.Generate(_random, 1);
        Assert.True(new PairRing(first, null, Confirmed: true).TryAccept(second, out var ring));
        Assert.Same(second, ring.Sealing);
        Assert.Same(first, ring.Older);
        Assert.False(ring.TryAccept(first, out var same));
        Assert.Same(ring, same);
    }

    [Fact]
    public void BothReplaceAtOnce_BothEndWithTheSame()
    {
        var first = PairSecret.Generate(_random, 0);
        var ours = PairSecret.Generate(_random, 1);
        var theirs = PairSecret.Generate(_random, 1);
        var shared = new PairRing(first, null, Confirmed: true);
        _ = shared.Propose(ours).TryAccept(theirs, out var here);
        _ = shared.Propose(theirs).TryAccept(ours, out var there);
        Assert.Same(here.Newest, there.Newest);
        Assert.Same(first, here.Older);
        Assert.Same(first, there.Older);
    }

    [Fact]
    public void OlderSecret_IsNotProposed()
    {
        var ring = new PairRing(PairSecret.Generate(_random, 5), null, Confirmed: true);
        Assert.Throws<ArgumentException>(() => ring.Propose(PairSecret.Generate(_random, 4)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ring_ReadsBackAndRefusesWhatIsCut(bool withOlder)
    {
        var ring = new PairRing(PairSecret.Generate(_random, 2), withOlder ? PairSecret.Generate(_random, 1) : null, Confirmed: withOlder);
        using var writer = new WireWriter();
        ring.Write(writer);
        var reader = new WireReader(writer.WrittenSpan);
        Assert.True(PairRing.TryRead(ref reader, out var read));
        Assert.True(reader.IsAtEnd);
        Assert.Equal(ring.Confirmed, read.Confirmed);
        Assert.True(read.Newest.IsSame(ring.Newest));
        Assert.Equal(withOlder, read.Older is not null);
        for (var size = 0; size < writer.Length; size++)
        {
            var cut = new WireReader(writer.WrittenSpan[..size]);
            Assert.False(PairRing.TryRead(ref cut, out _));
        }
    }

    [Fact]
    public void ZeroSecretOrUnknownFlags_Refused()
    {
        Assert.False(PairSecret.TryRead(new byte[PairSecret.Size], out _));
        byte[] bytes = [4, .. Enumerable.Repeat((byte)1, 36)];
        var reader = new WireReader(bytes);
        Assert.False(PairRing.TryRead(ref reader, out _));
    }
}
