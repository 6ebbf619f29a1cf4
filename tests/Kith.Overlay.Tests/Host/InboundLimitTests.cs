using Kith.Crypto;
using Kith.Overlay.Host;
using Kith.Wire;

namespace Kith.Overlay.Tests.Host;

public sealed class InboundLimitTests
{
    private const long Now = 1_700_000_000_000;
    private readonly InboundLimit _limit = new(SystemRandom.Instance);

    [Fact]
    public void OnePrefix_IsHeldToItsShare_AndLeavesRoomForOthers()
    {
        var taken = Enumerable.Range(0, 10_000).Count(i => _limit.TryTake(Now, Endpoint.FromIPv4(0x08080800u + (uint)(i % 256), (ushort)(i + 1)), isNear: false));
        Assert.InRange(taken, InboundLimit.PerSecondOfPrefix, 2 * InboundLimit.PerSecondOfPrefix);
        Assert.Equal(10_000 - taken, _limit.Dropped);
        // Another prefix may share its slot by chance: of some, nearly all have their own.
        var others = Enumerable.Range(1, 32).Count(i => _limit.TryTake(Now, Endpoint.FromIPv4(0x09000000u + ((uint)i << 8), 1), isNear: false));
        Assert.InRange(others, 28, 32);
    }

    [Fact]
    public void AShare_GrowsAgainWithTime()
    {
        var from = Endpoint.FromIPv4(0x08080808, 1);
        while (_limit.TryTake(Now, from, isNear: false))
        {
        }

        var later = Enumerable.Range(0, 10_000).Count(_ => _limit.TryTake(Now + 1000, from, isNear: false));
        Assert.InRange(later, InboundLimit.PerSecondOfPrefix - 1, InboundLimit.PerSecondOfPrefix + 1);
    }

    [Fact]
    public void Neighbours_AreHeldToTheLimitOfAllAlone()
    {
        var from = Endpoint.FromIPv4(0x7F000001, 1);
        var taken = Enumerable.Range(0, 200_000).Count(_ => _limit.TryTake(Now, from, isNear: true));
        Assert.InRange(taken, InboundLimit.PerSecond, 2 * InboundLimit.PerSecond);
    }
}
