using Kith.Transport.Tests.Namespaces;

namespace Kith.Overlay.Tests.Nat;

/// <summary>Real nodes behind NATs of nftables, with public nodes beside.</summary>
public sealed class RealNatTests(ITestOutputHelper output)
{
    private const string Beginning = "table inet nat { chain forward { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname lan accept; ";
    private const string Strays = " chain input { type filter hook input priority 0; policy accept; iifname wan meta l4proto { tcp, udp } drop; }";

    public static TheoryData<string, string, string> Kinds => new()
    {
        { "port-restricted", "}" + Strays + " chain post { type nat hook postrouting priority 100; oifname wan masquerade; } }", "port-restricted EndpointIndependent AddressAndPortDependent ports=Preserved" },
        { "symmetric", "}" + Strays + " chain post { type nat hook postrouting priority 100; oifname wan meta l4proto udp masquerade random,fully-random; } }", "symmetric AddressAndPortDependent" },
        {
            "full cone",
            "iifname wan accept; } chain pre { type nat hook prerouting priority -100; iifname wan meta l4proto udp dnat ip to 10.1.0.2; } chain post { type nat hook postrouting priority 100; oifname wan masquerade; } }",
            "full-cone EndpointIndependent EndpointIndependent ports=Preserved"
        },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nat_IsKnownByTwoPublicNodes(string kind, string rules, string expected)
    {
        await using var network = await TestNetwork.CreateAsync("inside", "router", "p", "q", "net");
        await network.CableAsync("inside", "eth0", "10.1.0.2/24", "router", "lan", "10.1.0.1/24");
        await network.OnAsync("inside", "ip", "route", "add", "default", "via", "10.1.0.1");
        await network.ShellAsync("router", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        await network.ShellAsync("net", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        foreach (var (machine, card, prefix) in ((string, string, string)[])[("router", "wan", "20.1.1"), ("p", "eth0", "20.2.2"), ("q", "eth0", "20.3.3")])
        {
            await network.CableAsync(machine, card, $"{prefix}.1/24", "net", $"to-{machine}", $"{prefix}.254/24");
            await network.OnAsync(machine, "ip", "route", "add", "default", "via", $"{prefix}.254");
        }

        var table = (Beginning + rules).Replace("} ", "}\n", StringComparison.Ordinal).Replace("{ tcp, udp }\n", "{ tcp, udp } ", StringComparison.Ordinal);
        await network.ShellAsync("router", $"nft -f - <<'END'\n{table}\nEND");
        await using var p = Role.Start(network, "p", typeof(Players), nameof(Players.Node), "0.0.0.0 7300");
        await using var q = Role.Start(network, "q", typeof(Players), nameof(Players.Node), "0.0.0.0 7300 20.2.2.1:7300");
        await q.UntilAsync("none");
        await using var node = Role.Start(network, "inside", typeof(Players), nameof(Players.Node), "0.0.0.0 7300 20.2.2.1:7300 20.3.3.1:7300");
        output.WriteLine($"{kind}: {await node.UntilAsync(expected)}");
    }

    [Fact]
    public async Task RouterThatMaps_GivesAnAddressToPublish()
    {
        await using var router = await Router.StartAsync(pcp: true, upnp: true);
        await using var outside = Role.Start(router.Network, "outside", typeof(Players), nameof(Players.Node), "0.0.0.0 7300");
        await using var node = Role.Start(router.Network, "inside", typeof(Players), nameof(Players.Node), "0.0.0.0 7300 20.1.1.9:7300");
        output.WriteLine(await node.UntilAsync(line => line.Contains($"router={Router.Outer}:7300", StringComparison.Ordinal) && line.StartsWith("port-restricted", StringComparison.Ordinal)));
    }
}
