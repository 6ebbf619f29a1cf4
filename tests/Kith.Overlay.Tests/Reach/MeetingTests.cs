using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

/// <summary>Connections by TCP at a punch's common moment: when, where to, and by whom begun.</summary>
public sealed class MeetingTests
{
    private readonly ReachScene _scene = new();
    private readonly ReachSide _introducer;
    private readonly ReachSide _caller;
    private readonly ReachSide _called;

    public MeetingTests()
    {
        _introducer = _scene.Add("198.18.1.1:4001");
        _caller = _scene.Add("198.18.2.1:4002");
        _called = _scene.Add("198.18.3.1:4003");
        _scene.Register(_called, _introducer);
        _scene.Register(_caller, _introducer);
        _called.Core.SetContacts([_caller.Key.PublicKey]);
        _caller.Core.SetContacts([_called.Key.PublicKey]);
        _scene.Run(500);
    }

    [Fact]
    public void ProbesArrive_NobodyConnects()
    {
        _caller.Call(_called);
        _scene.Run(6_000);
        Assert.Empty(_caller.Meetings);
        Assert.Empty(_called.Meetings);
    }

    [Fact]
    public void ProbesBringNothing_BothConnectASecondLater()
    {
        _scene.Lets = (_, _, datagram) => datagram[0] != ProbePacket.First;
        var begun = _scene.Now;
        _caller.Call(_called);
        _scene.Run(6_000);
        AssertMeet(begun + ReachLimits.MeetAfter);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void OneSideHasNoUdp_BothConnectAtTheCommonMoment(bool caller, bool called)
    {
        Block(_caller, caller);
        Block(_called, called);
        _scene.Run(ReachLimits.RenewAfter + ReachLimits.RenewJitter);
        _scene.Lets = (_, _, datagram) => datagram[0] != ProbePacket.First;
        var begun = _scene.Now;
        _caller.Call(_called);
        _scene.Run(6_000);
        AssertMeet(begun);
    }

    [Fact]
    public void PortsThatTheNatChanges_AreNotOffered()
    {
        _called.Wan4 = _called.Address.WithPort(9999);
        _scene.Lets = (_, _, datagram) => datagram[0] != ProbePacket.First;
        _caller.Call(_called);
        _scene.Run(6_000);
        Assert.Empty(_caller.Meetings);
        Assert.Empty(_called.Meetings);
    }

    [Theory]
    [InlineData("10.0.0.1:4000")]
    [InlineData("127.0.0.1:4000")]
    [InlineData("198.18.9.1:80")]
    [InlineData("224.0.0.1:4000")]
    public void AddressThatMayNotBePunched_IsNotConnectedToEither(string at)
    {
        Assert.True(Endpoint.TryParse(at, out var target));
        // Only who lies says so: its own side goes by what it says.
        _caller.MappedTcp = target;
        _caller.Wan4 = target.WithPort(9);
        _scene.Lets = (_, _, datagram) => datagram[0] != ProbePacket.First;
        _caller.Call(_called);
        _scene.Run(6_000);
        Assert.Empty(_called.Meetings);
    }

    private void Block(ReachSide side, bool isBlocked)
    {
        if (!isBlocked)
            return;
        side.Nat = NatKind.Blocked;
        (side.Wan4, side.Wan6) = (null, null);
        // As its tunnel's connection comes from any port.
        _introducer.Outer[side.Address] = side.Address.WithPort(50_000);
    }

    private void AssertMeet(long when)
    {
        var mine = Assert.Single(_caller.Meetings);
        var theirs = Assert.Single(_called.Meetings);
        Assert.Equal((_called.Key.PublicKey, _called.Address, true), (mine.Key, mine.At, mine.IsInitiator));
        Assert.Equal((_caller.Key.PublicKey, _caller.Address, false), (theirs.Key, theirs.At, theirs.IsInitiator));
        Assert.InRange(mine.When - when, 0, 150);
        Assert.InRange(theirs.When - mine.When, -50, 50);
    }
}
