using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Tests.Keys;

public sealed class ForwardingKeysTests
{
    private const int Epoch = 20_717;
    private static readonly long Noon = ForwardingEpoch.Start(Epoch) + (ForwardingEpoch.Length / 2);

    [Fact]
    public void Epoch_BeginsAtMidnightOfUtc()
    {
        var midnight = new DateTimeOffset(2026, 9, 21, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(midnight, ForwardingEpoch.Start(Epoch));
        Assert.Equal((Epoch - 1, Epoch, Epoch), (ForwardingEpoch.At(midnight - 1), ForwardingEpoch.At(midnight), ForwardingEpoch.At(midnight + ForwardingEpoch.Length - 1)));
    }

    [Fact]
    public void Keys_OfThisEpochAndTheNext_AreToldToOthers()
    {
        using var keys = New();
        Assert.Equal([Epoch, Epoch + 1], keys.Public.Select(key => key.Epoch));
        Assert.Equal(ForwardingEpoch.Start(Epoch + 1), keys.NextAt);
        Assert.False(keys.Advance(Noon + 1));
    }

    [Fact]
    public void Key_OfTheLastEpoch_IsTakenForOneMore_AndThenGone()
    {
        using var keys = New();
        var first = keys.Public[0].Key;
        Assert.True(keys.Advance(ForwardingEpoch.Start(Epoch + 1)));
        Assert.Equal([Epoch + 1, Epoch + 2], keys.Public.Select(key => key.Epoch));
        Assert.True(keys.TryFind(SphinxFormat.HintOf(first), out var found));
        Assert.Equal(first, found.PublicKey);
        Assert.True(keys.Advance(ForwardingEpoch.Start(Epoch + 2)));
        Assert.False(keys.TryFind(SphinxFormat.HintOf(first), out found) && found.PublicKey == first);
    }

    [Fact]
    public void Keys_OfOneNode_NeverShareAHint()
    {
        using var keys = New();
        for (var epoch = Epoch; epoch < Epoch + 200; epoch++)
        {
            keys.Advance(ForwardingEpoch.Start(epoch));
            Assert.All(keys.Public, key => Assert.True(keys.TryFind(SphinxFormat.HintOf(key.Key), out var found) && found.PublicKey == key.Key));
        }
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(-1)]
    [InlineData(400)]
    public void Clock_SetFar_ThereAreKeysOfThatTime(int days)
    {
        using var keys = New();
        var then = Noon + (days * ForwardingEpoch.Length);
        keys.Advance(then);
        Assert.Equal([Epoch + days, Epoch + days + 1], keys.Public.Select(key => key.Epoch));
        keys.Advance(Noon);
        Assert.Equal([Epoch, Epoch + 1], keys.Public.Select(key => key.Epoch));
    }

    [Fact]
    public void Clock_AtItsEnds_DoesNotThrow()
    {
        using var keys = New();
        foreach (var now in new[] { long.MinValue, -1, 0, long.MaxValue })
            keys.Advance(now);
    }

    private static ForwardingKeys New() => new(new ForgetfulForwardingStore(), SystemRandom.Instance, Noon);
}
