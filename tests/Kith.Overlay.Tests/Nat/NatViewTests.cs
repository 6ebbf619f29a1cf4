using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Transport.PortMapping;
using Kith.Wire;

namespace Kith.Overlay.Tests.Nat;

/// <summary>What people are told of a NAT, and which addresses a router's mappings give.</summary>
public sealed class NatViewTests
{
    private readonly NatGround _ground = new() { Networks = new OwnNetworks([NatGround.At("10.0.0.2:7300")]), Wan = NatGround.At("203.0.113.5:7300") };
    private readonly NatCore _core;

    public NatViewTests()
    {
        _core = new NatCore(_ground, SystemRandom.Instance);
        _core.Start(_ground.Now);
    }

    [Fact]
    public void MappedUdpAndTcpAtOnePort_AreOnePlainAddress()
    {
        Map(Port(true, "203.0.113.5:7300"), Port(false, "203.0.113.5:7300"), Port(true, "[2a00::5]:7300"), Port(false, "[2a00::5]:7300"));
        Assert.Equal(["203.0.113.5:7300", "[2a00::5]:7300"], _core.View.MappedAddresses);
        Assert.Contains("The router was asked to open a port (PCP)", _core.View.Sentence, StringComparison.Ordinal);
        Assert.Null(_core.View.Advice);
    }

    [Fact]
    public void MappedUdpAlone_SaysSo()
    {
        Map(Port(true, "203.0.113.5:7300"), Port(false, "203.0.113.5:40000"));
        Assert.Equal(["udp/203.0.113.5:7300"], _core.View.MappedAddresses);
    }

    [Theory]
    [InlineData("192.168.5.1:7300")]
    [InlineData("100.64.0.9:7300")]
    [InlineData("127.0.0.1:7300")]
    [InlineData("224.0.0.1:7300")]
    public void MappedAtNoAddressOfTheInternet_IsNotPublished(string outer)
    {
        Map(Port(true, outer), Port(false, outer));
        Assert.Empty(_core.View.MappedAddresses);
    }

    [Fact]
    public void TwoNats_AreTold()
    {
        _core.RouterMapped(_ground.Now, new MappingState([Port(true, "192.168.5.1:7300")], null, IsDoubleNat: true, null));
        Assert.Empty(_core.View.MappedAddresses);
        Assert.Contains("a second router", _core.View.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralAskedAndNobodyAnswers_IsBlocked()
    {
        (_ground.Wan, _ground.Asked) = (null, NatLimits.BlockedAsked);
        _core.Judge(_ground.Now);
        Assert.Equal(NatKind.Unknown, _core.View.Kind);
        _core.Judge(_ground.Now += NatLimits.BlockedAfter);
        Assert.Equal((NatKind.Blocked, "blocked"), (_core.View.Kind, _core.View.Name));
        Assert.NotNull(_core.View.Advice);
        _core.Heard(_ground.Now);
        _core.Judge(_ground.Now);
        Assert.Equal(NatKind.Unknown, _core.View.Kind);
    }

    [Fact]
    public void OneAskedInVainWhileTcpWorks_IsBlocked()
    {
        (_ground.Wan, _ground.Asked) = (null, 1);
        _core.Judge(_ground.Now);
        _core.Judge(_ground.Now += NatLimits.BlockedAfter);
        Assert.Equal(NatKind.Unknown, _core.View.Kind);
        _core.TcpWorked(_ground.Now);
        _core.Judge(_ground.Now);
        Assert.Equal(NatKind.Blocked, _core.View.Kind);
    }

    [Fact]
    public void LoopbackAlone_HasNoNatAndOpensNoSockets()
    {
        (_ground.Networks, _ground.Wan) = (OwnNetworks.Loopback, null);
        _ground.Meet(NatGround.At("127.0.0.1:9000"));
        for (var tick = 0; tick < 100; tick++)
            _core.Tick(_ground.Now += 1_000);
        Assert.Equal((NatKind.None, 0), (_core.View.Kind, _ground.Opened));
        Assert.Empty(_ground.Sent);
    }

    [Fact]
    public void OnlyNeighboursMet_IsNotKnown()
    {
        _ground.Wan = NatGround.At("10.0.0.2:7300");
        _core.Judge(_ground.Now);
        Assert.Equal(NatKind.Unknown, _core.View.Kind);
        Assert.Contains("this same network", _core.View.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKind_HasANameAndASentence()
    {
        var names = Enum.GetValues<NatKind>().Select(kind => kind.Name()).ToList();
        Assert.Equal(["unknown", "none", "firewall", "full-cone", "address-restricted", "port-restricted", "symmetric", "blocked"], names);
        Assert.Equal(names.Count, Enum.GetValues<NatKind>().Select(kind => NatWords.ViewOf(default(NatVerdict) with { Kind = kind }, _ground, null, MappingState.None).Sentence).Distinct().Count());
    }

    private static MappedPort Port(bool isUdp, string external) => new(MappingProtocol.Pcp, isUdp, NatGround.At(external), TimeSpan.FromHours(1));

    private void Map(params MappedPort[] ports) => _core.RouterMapped(_ground.Now, new MappingState(ports, NatGround.At("10.0.0.1:5351"), IsDoubleNat: false, null));
}
