using System.Net;
using System.Net.Sockets;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.Nats;

/// <summary>Each NAT of the lab does what its name says, as plain sockets see it: nothing of Kith's is in here.</summary>
public sealed class NatProofTests : IAsyncLifetime
{
    private LabInternet _lab = null!;
    private LabMachine _server = null!;
    private NatProber _prober = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        _lab = await LabInternet.CreateAsync();
        _server = await _lab.AddServerAsync();
        _prober = new NatProber(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _prober?.Dispose();
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [Theory]
    [InlineData(NatKind.Public, Dependence.None, Dependence.None)]
    [InlineData(NatKind.FullCone, Dependence.None, Dependence.None)]
    [InlineData(NatKind.AddressRestricted, Dependence.None, Dependence.Address)]
    [InlineData(NatKind.PortRestricted, Dependence.None, Dependence.AddressAndPort)]
    [InlineData(NatKind.Symmetric, Dependence.AddressAndPort, Dependence.AddressAndPort)]
    [InlineData(NatKind.TwoLevels, Dependence.None, Dependence.AddressAndPort)]
    [InlineData(NatKind.Hairpin, Dependence.None, Dependence.AddressAndPort)]
    [InlineData(NatKind.NoHairpin, Dependence.None, Dependence.AddressAndPort)]
    [InlineData(NatKind.ShortMemory, Dependence.None, Dependence.AddressAndPort)]
    [InlineData(NatKind.VeryShortMemory, Dependence.None, Dependence.AddressAndPort)]
    [InlineData(NatKind.Lossy, Dependence.None, Dependence.AddressAndPort)]
    public async Task Kind_MapsAndFiltersAsNamed(NatKind kind, Dependence mapping, Dependence filtering)
    {
        var network = await _lab.AddAsync(kind);
        foreach (var person in network.People)
        {
            Assert.Equal(new NatBehaviour(mapping, filtering), await _prober.ExamineAsync(person));
            var (socket, mapped) = await _prober.MapAsync(person);
            using (socket)
                Assert.Equal(network.Outside, mapped.Address);
            Assert.Equal(kind == NatKind.Public, network.People[0].Addresses.Contains(mapped.Address));
            await AssertTcpOnlyOutwardsAsync(person, mapped);
        }
    }

    [Fact]
    public async Task Symmetric_PortsAreFarApart()
    {
        var network = await _lab.AddAsync(NatKind.Symmetric);
        var ports = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            var (socket, mapped) = await _prober.MapAsync(network.Person);
            using (socket)
            {
                Assert.NotEqual(((IPEndPoint)socket.LocalEndPoint!).Port, mapped.Port);
                ports.Add(mapped.Port);
            }
        }

        // Random: neither one after the other nor close together.
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.True(ports.Max() - ports.Min() > 10_000, string.Join(' ', ports));
    }

    [Theory]
    [InlineData(NatKind.Hairpin)]
    [InlineData(NatKind.NoHairpin)]
    public async Task TwoBehindOne_MeetAsNamed(NatKind kind)
    {
        var network = await _lab.AddAsync(kind);
        var (one, oneMapped) = await _prober.MapAsync(network.People[0]);
        var (other, otherMapped) = await _prober.MapAsync(network.People[1]);
        using (one)
        using (other)
        {
            // By the address outside only where it hairpins, and then as from outside; by their own addresses only where it does not keep them apart.
            Assert.Equal(kind == NatKind.Hairpin ? oneMapped : null, await NatProber.ReachAsync(one, other, otherMapped));
            var port = ((IPEndPoint)other.LocalEndPoint!).Port;
            var seen = await NatProber.ReachAsync(one, other, new IPEndPoint(network.People[1].Addresses[0], port));
            Assert.Equal(kind == NatKind.NoHairpin ? network.People[0].Addresses[0] : null, seen?.Address);
        }
    }

    [Fact]
    public async Task UdpBlocked_TcpAlone()
    {
        var person = (await _lab.AddAsync(NatKind.UdpBlocked)).Person;
        Assert.Equal(new NatBehaviour(null, null), await _prober.ExamineAsync(person));
        Assert.True(await _prober.ConnectsAsync(person, 443));
        Assert.True(await _prober.ConnectsAsync(person, 7_000));
    }

    [Fact]
    public async Task OnlyTcp443_NothingElse()
    {
        var person = (await _lab.AddAsync(NatKind.OnlyTcp443)).Person;
        Assert.Equal(new NatBehaviour(null, null), await _prober.ExamineAsync(person));
        Assert.True(await _prober.ConnectsAsync(person, 443));
        Assert.False(await _prober.ConnectsAsync(person, 7_000, expected: false));
    }

    [Fact]
    public async Task OnlyIPv6_NoIPv4AndNothingUnasked()
    {
        var person = (await _lab.AddAsync(NatKind.OnlyIPv6)).Person;
        Assert.Equal(new NatBehaviour(null, null), await _prober.ExamineAsync(person));
        Assert.False(await _prober.ConnectsAsync(person, 443, expected: false));
        using var prober = new NatProber(_server, AddressFamily.InterNetworkV6);
        Assert.Equal(new NatBehaviour(Dependence.None, Dependence.AddressAndPort), await prober.ExamineAsync(person));
        var (socket, mapped) = await prober.MapAsync(person);
        using (socket)
            Assert.Equal(person.Addresses[0], mapped.Address);
        Assert.True(await prober.ConnectsAsync(person, 443, family: AddressFamily.InterNetworkV6));
        Assert.False(await prober.ConnectsBackAsync(mapped));
    }

    [Fact]
    public async Task Lossy_LosesOneInTenEachWay()
    {
        const int Datagrams = 4_000;
        var (there, back) = await _prober.CountAsync((await _lab.AddAsync(NatKind.Lossy)).Person, Datagrams);
        // Four standard deviations of the binomial: 0.019.
        Assert.InRange(there / (double)Datagrams, 0.881, 0.919);
        Assert.InRange(back / (double)Datagrams, 0.881, 0.919);
        var (allThere, allBack) = await _prober.CountAsync((await _lab.AddAsync(NatKind.PortRestricted)).Person, Datagrams);
        Assert.Equal((Datagrams, Datagrams), (allThere, allBack));
    }

    [Fact]
    public async Task Reboot_ForgetsEveryMapping()
    {
        var network = await _lab.AddAsync(NatKind.PortRestricted);
        var mapping = await _prober.MapAsync(network.Person);
        using (mapping.Socket)
        {
            Assert.True(await _prober.StillThereAsync(mapping));
            Conntrack.Flush(network.Routers[0]);
            Assert.False(await _prober.StillThereAsync(mapping));
        }
    }

    [Fact]
    public async Task Move_GivesAnotherAddressOutside()
    {
        var (home, elsewhere) = (await _lab.AddAsync(NatKind.PortRestricted), await _lab.AddAsync(NatKind.Symmetric));
        var (socket, mapped) = await _prober.MapAsync(home.Person);
        socket.Dispose();
        var moved = await _lab.MoveAsync(home.Person, elsewhere);
        Assert.NotEqual(home.Person.Addresses[0], moved.Addresses[0]);
        (socket, mapped) = await _prober.MapAsync(moved);
        socket.Dispose();
        Assert.Equal(elsewhere.Outside, mapped.Address);

        await LabInternet.SwitchAsync(moved, on: false);
        Assert.Null((await _prober.ExamineAsync(moved)).Mapping);
        await LabInternet.SwitchAsync(moved, on: true);
        Assert.Equal(Dependence.AddressAndPort, (await _prober.ExamineAsync(moved)).Mapping);
    }

    private async Task AssertTcpOnlyOutwardsAsync(LabMachine person, IPEndPoint mapped)
    {
        Assert.True(await _prober.ConnectsAsync(person, 443));
        Assert.True(await _prober.ConnectsAsync(person, 7_000));
        // A port where nobody listens refuses in silence or aloud: no connection in either case.
        Assert.False(await _prober.ConnectsBackAsync(mapped));
    }
}
