using Kith.Overlay.Host;
using Kith.Wire;

namespace Kith.Overlay.Tests.Host;

public sealed class ReachabilityTests
{
    private const long Start = 1_700_000_000_000;
    private static readonly Endpoint Inner = Endpoint.FromIPv4(0xC0A80105, 4711);
    private static readonly Endpoint Outer = Endpoint.FromIPv4(0x51020304, 4711);
    private static readonly Endpoint Asked = Endpoint.FromIPv4(0x08080808, 1);
    private static readonly Endpoint Stranger = Endpoint.FromIPv4(0x09090909, 1);
    private static readonly Endpoint Neighbour = Endpoint.FromIPv4(0xC0A80106, 1);

    [Fact]
    public void NothingIsKnown_BeforeAnAddressIs() => Assert.Null(BehindNat(null).IsReachable(Start));

    [Fact]
    public void ANodeThatIsSeenAtItsOwnAddress_IsReachable()
    {
        var node = new Reachability(new OwnNetworks([Outer])) { Wan = Outer.WithPort(99) };
        Assert.False(node.IsBehindNat);
        Assert.True(node.IsReachable(Start));
    }

    [Fact]
    public void AFirewallBeforeTheOwnAddress_MakesItNotReachable_UntilAStrangerComes()
    {
        var node = new Reachability(new OwnNetworks([Outer])) { Wan = Outer.WithPort(99), IsFiltered = true };
        Assert.False(node.IsReachable(Start));
        Assert.False(node.IsProven(Start));
        node.ChangeNetworks(new OwnNetworks([Outer]));
        node.Wan = Outer.WithPort(99);
        Assert.True(node.IsReachable(Start));
    }

    [Fact]
    public void BehindANat_ItIsNot_UntilAStrangerReachesIt()
    {
        var node = BehindNat(Outer);
        Assert.False(node.IsReachable(Start));
        var now = Warm(node);
        node.Received(now, Stranger);
        Assert.True(node.IsReachable(now));
        Assert.False(node.IsReachable(now + Reachability.ProofLifetime));
    }

    [Fact]
    public void WhomWeSentTo_ProvesNothing_FromAnotherPortEither()
    {
        var node = BehindNat(Outer);
        var now = Warm(node);
        node.Sent(now, Asked);
        node.Received(now, Asked.WithPort(999));
        node.Received(now + Reachability.MappingLifetime - 1, Asked);
        Assert.False(node.IsReachable(now));
    }

    [Fact]
    public void ANeighbour_ProvesNothing()
    {
        var node = BehindNat(Outer);
        var now = Warm(node);
        node.Received(now, Neighbour);
        Assert.False(node.IsReachable(now));
    }

    [Fact]
    public void WhatTheLastRunLeftInTheNat_ProvesNothing()
    {
        var node = BehindNat(Outer);
        node.Received(Start, Stranger);
        node.Received(Start + Reachability.MappingLifetime - 1, Stranger);
        Assert.False(node.IsReachable(Start));
    }

    [Fact]
    public void MoreAddressesThanAreKept_ProveNothing()
    {
        var node = BehindNat(Outer);
        var now = Warm(node);
        for (var i = 0u; i <= Reachability.MaxSent; i++)
            node.Sent(now, Endpoint.FromIPv4(0x0A000000 + i, 1));
        node.Received(now, Stranger);
        Assert.False(node.IsReachable(now));
    }

    [Fact]
    public void OtherNetworks_BeginAnew()
    {
        var node = BehindNat(Outer);
        node.Received(Warm(node), Stranger);
        node.ChangeNetworks(new OwnNetworks([Inner]));
        Assert.Null(node.IsReachable(Start));
    }

    private static Reachability BehindNat(Endpoint? wan) => new(new OwnNetworks([Inner])) { Wan = wan };

    // Past the time in which mappings of an earlier run may be left.
    private static long Warm(Reachability node)
    {
        node.Sent(Start, Asked.WithPort(7));
        node.Sent(Start + Reachability.MappingLifetime, Endpoint.FromIPv4(0x01010101, 1));
        return Start + Reachability.MappingLifetime;
    }
}
