using System.Net;
using Kith.Node.Network;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

public sealed class SaidAddressesTests
{
    private const string Via1 = "via/198.51.100.1:7000/AAECAwQFBgcICQoLDA0ODw";
    private const string Via2 = "via/198.51.100.2:7000/AAECAwQFBgcICQoLDA0ODw";
    private const int InALink = 4;

    private static readonly OverlayView View = new(null, [], [], 0, 0, [], 0, 0, 0, 0, 0, IsReadOnly: false);
    private static readonly Endpoint Wan = Endpoint.From(IPAddress.Parse("203.0.113.7"), 40_000);
    private static readonly string[] AtHome = ["192.168.1.5:7000", "[fd00::5]:7000", "127.0.0.1:7000"];

    [Fact]
    public void NothingKnown_SaysWhatIsListenedOnWithLoopbackLast() => Assert.Equal(["192.168.1.5:7000", "[fd00::5]:7000", "127.0.0.1:7000"], Choose(AtHome, View));

    [Fact]
    public void OnlyLoopback_SaysItAndItsIntroducers() => Assert.Equal(["127.0.0.1:7000", Via1], Choose(["127.0.0.1:7000"], View with { Via = [Via1] }));

    [Fact]
    public void BehindANatThatMapsAlike_ALinkHasAnIntroducerAndTheMappedEndpoint()
    {
        var view = View with { Wan = Wan, Reachable = false, Via = [Via1, Via2], Nat = new NatView { Kind = NatKind.PortRestricted, Mapping = NatMapping.EndpointIndependent, Mapped = Wan } };
        Assert.Equal(["192.168.1.5:7000", Via1, "udp/203.0.113.7:40000", "127.0.0.1:7000", Via2, "[fd00::5]:7000"], Choose(AtHome, view));
    }

    [Fact]
    public void BehindASymmetricNat_TheMappedEndpointIsNotSaid()
    {
        var view = View with { Wan = Wan, Reachable = false, Via = [Via1, Via2], Nat = new NatView { Kind = NatKind.Symmetric, Mapping = NatMapping.AddressAndPortDependent, Mapped = Wan } };
        var said = Choose(AtHome, view);
        Assert.Contains(Via1, said.Take(InALink));
        Assert.DoesNotContain(said, address => address.Contains("203.0.113.7", StringComparison.Ordinal));
    }

    [Fact]
    public void RouterOpenedAPort_ItComesFirst()
    {
        var view = View with { Wan = Wan, Reachable = false, Via = [Via1], Nat = new NatView { Kind = NatKind.PortRestricted, MappedAddresses = ["203.0.113.7:7000"] } };
        Assert.Equal("203.0.113.7:7000", Choose(AtHome, view)[0]);
    }

    [Fact]
    public void ReachedFromOutside_TheWanComesFirst() => Assert.Equal("203.0.113.7:7000", Choose(AtHome, View with { Wan = Wan, Reachable = true })[0]);

    [Fact]
    public void ManyInterfacesBehindANat_ALinkStillHasAnIntroducer()
    {
        string[] many = ["192.168.1.5:7000", "10.0.0.5:7000", "172.16.0.5:7000", "127.0.0.1:7000"];
        Assert.Contains(Via1, Choose(many, View with { Wan = Wan, Reachable = false, Via = [Via1] }).Take(InALink));
    }

    [Fact]
    public void VeryMany_AreCut() => Assert.Equal(
        SaidAddresses.Max, Choose([.. Enumerable.Range(1, 40).Select(i => $"10.0.0.{i}:7000")], View).Count);

    private static IReadOnlyList<string> Choose(IReadOnlyList<string> listening, OverlayView view) => SaidAddresses.Choose(listening, view, port: 7000);
}
