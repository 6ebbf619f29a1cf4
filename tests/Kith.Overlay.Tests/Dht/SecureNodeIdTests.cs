using System.Net;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

public sealed class SecureNodeIdTests
{
    private static readonly SimulatedRandom Random = new(1);

    public static TheoryData<string> Vectors => [.. VectorLines.Read("bep42.txt")];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Vector_IsForItsAddressAndNoOther(string line)
    {
        var parts = line.Split(' ');
        Assert.True(NodeId.TryRead(Convert.FromHexString(parts[2]), out var id));
        Assert.EndsWith(byte.Parse(parts[1]).ToString("x2"), parts[2]);
        var address = Endpoint.From(IPAddress.Parse(parts[0]), 1);
        Assert.True(SecureNodeId.IsFor(id, address));
        Assert.False(SecureNodeId.IsFor(id, Endpoint.FromIPv4(address.IPv4 ^ 1, 1)));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("2001:470:1::1")]
    public void DrawnId_IsForItsAddressAlone(string text)
    {
        var address = Endpoint.From(IPAddress.Parse(text), 1);
        var id = SecureNodeId.Draw(address, Random);
        Assert.True(SecureNodeId.IsFor(id, address));
        Assert.True(SecureNodeId.IsFor(id, address.WithPort(2)));
        var other = Endpoint.From(IPAddress.Parse(address.IsIPv4 ? "9.9.9.9" : "2001:471:1::1"), 1);
        Assert.False(SecureNodeId.IsFor(id, other));
        Assert.NotEqual(id, SecureNodeId.Draw(address, Random));
    }

    [Fact]
    public void ExternalAddress_DrawsTheIdAnewAndKeepsTheTable()
    {
        var network = new DhtNetwork(30);
        var node = network[3];
        var known = node.Core.Table.Count;
        var before = node.Core.Id;
        node.Do((core, now) => core.SetExternalAddress(now, node.Address));
        Assert.Equal(before, node.Core.Id);
        var moved = network.Network.Addresses.NextPublic();
        node.Do((core, now) => core.SetExternalAddress(now, moved));
        Assert.NotEqual(before, node.Core.Id);
        Assert.True(SecureNodeId.IsFor(node.Core.Id, moved));
        Assert.InRange(node.Core.Table.Count, known - 3, known);
    }

    [Fact]
    public void NodeWithAnIdThatIsNotItsOwn_IsNeverKnown()
    {
        var network = new DhtNetwork(12);
        var liar = network.Network.Add(self => new DhtCore(new DhtOptions { Id = SecureNodeId.Draw(self.Random) }, self, self.Random));
        liar.Do((core, now) => core.Ping(now, network[0].Address));
        network.Network.Run(60_000);
        Assert.InRange(liar.Core.Table.Count, 8, 12);
        Assert.All(network.Nodes, node => Assert.DoesNotContain(node.Core.Table.Sample(100), known => known.Endpoint == liar.Address));
    }
}
