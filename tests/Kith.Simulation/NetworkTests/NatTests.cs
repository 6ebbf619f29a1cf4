using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.NetworkTests;

public sealed class NatTests
{
    private readonly SimulatedNetwork _network = new(1, LinkQuality.Perfect);
    private readonly SimulatedNode<ListeningCore> _first;
    private readonly SimulatedNode<ListeningCore> _second;

    public NatTests()
    {
        _first = _network.Add(_ => new ListeningCore());
        _second = _network.Add(_ => new ListeningCore());
    }

    [Theory]
    [InlineData(NatKind.FullCone, true, true, true)]
    [InlineData(NatKind.AddressRestricted, true, false, true)]
    [InlineData(NatKind.PortRestricted, false, false, true)]
    [InlineData(NatKind.Symmetric, false, false, false)]
    public void Kind_FiltersAndMapsAsNamed(NatKind kind, bool otherPort, bool stranger, bool oneMapping)
    {
        var nat = _network.AddNat(kind);
        var inside = _network.AddBehind(nat, _ => new ListeningCore());
        var mapped = SeenBy(_first, inside);
        Assert.True(mapped.SameAddress(nat.Outside));
        Assert.True(Reaches(_first, mapped, inside));

        var neighbour = _network.Add(_ => new ListeningCore(), _first.Address.WithPort((ushort)(_first.Address.Port ^ 1)));
        Assert.Equal(otherPort, Reaches(neighbour, mapped, inside));
        Assert.Equal(stranger, Reaches(_second, mapped, inside));

        Assert.Equal(oneMapping, SeenBy(_second, inside) == mapped);
        Assert.Equal(oneMapping, Reaches(_second, mapped, inside));
    }

    [Fact]
    public void Nobody_GetsInUnasked()
    {
        var nat = _network.AddNat(NatKind.FullCone);
        var inside = _network.AddBehind(nat, _ => new ListeningCore());
        Assert.False(Reaches(_first, nat.Outside.WithPort(inside.Address.Port), inside));
        Assert.False(Reaches(_first, inside.Address, inside));
    }

    [Theory]
    [InlineData(NatKind.FullCone)]
    [InlineData(NatKind.AddressRestricted)]
    [InlineData(NatKind.PortRestricted)]
    [InlineData(NatKind.Symmetric)]
    public void Mapping_LastsThirtySecondsFromTheLastDatagramOut(NatKind kind)
    {
        var inside = _network.AddBehind(_network.AddNat(kind), _ => new ListeningCore());
        var mapped = SeenBy(_first, inside);
        _network.Run(25_000);
        Assert.True(Reaches(_first, mapped, inside));
        Assert.Equal(mapped, SeenBy(_first, inside));
        _network.Run(29_000);
        Assert.True(Reaches(_first, mapped, inside));
        _network.Run(2_000);
        Assert.False(Reaches(_first, mapped, inside));
    }

    [Fact]
    public void Permission_EndsByItself()
    {
        var inside = _network.AddBehind(_network.AddNat(NatKind.PortRestricted), _ => new ListeningCore());
        var mapped = SeenBy(_first, inside);
        _network.Run(20_000);
        Assert.Equal(mapped, SeenBy(_second, inside));
        _network.Run(15_000);
        Assert.False(Reaches(_first, mapped, inside));
        Assert.True(Reaches(_second, mapped, inside));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SeveralInside_ReachEachOtherWithinAndByHairpin(bool hairpin)
    {
        var nat = _network.AddNat(NatKind.FullCone, new NatOptions { Hairpin = hairpin });
        var port = _network.Addresses.NextPort();
        var one = _network.AddBehind(nat, _ => new ListeningCore(), _network.Addresses.NextPrivate().WithPort(port));
        var other = _network.AddBehind(nat, _ => new ListeningCore(), _network.Addresses.NextPrivate().WithPort(port));
        Assert.True(Reaches(one, other.Address, other));
        var mappings = new[] { SeenBy(_first, one), SeenBy(_first, other) };
        Assert.NotEqual(mappings[0], mappings[1]);
        Assert.Equal(hairpin, Reaches(one, mappings[1], other));
        if (hairpin)
            Assert.Equal(mappings[0], other.Core.Heard[^1].From);
    }

    [Fact]
    public void InnerAddresses_MayRepeatBehindDifferentNats()
    {
        var address = _network.Addresses.NextPrivate();
        var one = _network.AddBehind(_network.AddNat(NatKind.FullCone), _ => new ListeningCore(), address);
        var other = _network.AddBehind(_network.AddNat(NatKind.FullCone), _ => new ListeningCore(), address);
        Assert.NotEqual(SeenBy(_first, one), SeenBy(_first, other));
        Assert.False(Reaches(one, address, other));
    }

    [Fact]
    public void Restart_ForgetsAllMappings()
    {
        var nat = _network.AddNat(NatKind.FullCone);
        var inside = _network.AddBehind(nat, _ => new ListeningCore());
        var mapped = SeenBy(_first, inside);
        nat.Restart();
        Assert.False(Reaches(_first, mapped, inside));
    }

    private Endpoint SeenBy(SimulatedNode<ListeningCore> outside, SimulatedNode inside)
    {
        inside.Send(outside.Address, [0]);
        _network.Run(5);
        return outside.Core.Heard[^1].From;
    }

    private bool Reaches(SimulatedNode from, Endpoint to, SimulatedNode<ListeningCore> inside)
    {
        var before = inside.Core.Heard.Count;
        from.Send(to, [0]);
        _network.Run(5);
        return inside.Core.Heard.Count > before;
    }
}
