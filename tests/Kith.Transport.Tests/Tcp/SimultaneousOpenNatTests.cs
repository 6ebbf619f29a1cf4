using Kith.Transport.Tests.Namespaces;

namespace Kith.Transport.Tests.Tcp;

/// <summary>Two nodes, each behind a NAT of nftables that keeps ports and lets nobody in but the endpoints that were sent to.</summary>
public sealed class SimultaneousOpenNatTests
{
    /// <summary>A machine with much else to do may let the two begin too far apart for each other.</summary>
    private const int Attempts = 5;

    private const string Rules = """
        table inet nat {
          chain input { type filter hook input priority 0; policy accept; iifname wan drop; }
          chain forward { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname lan accept; }
          chain postrouting { type nat hook postrouting priority 100; oifname wan masquerade; }
        }
        """;

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(400, true)]
    [InlineData(400, false)]
    public async Task BehindPortRestrictedNats_TheyMeet(int later, bool firstInitiates)
    {
        await using var network = await TestNetwork.CreateAsync("a", "nat-a", "net", "nat-b", "b");
        await BehindAsync(network, "a", "10.1.0", "20.1.1", "net-a");
        await BehindAsync(network, "b", "10.2.0", "20.2.2", "net-b");
        await network.ShellAsync("net", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        await using var a = Role.Start(network, "a", typeof(Roles), nameof(Roles.Opener), $"7300 20.2.2.1:7300 {firstInitiates}");
        await using var b = Role.Start(network, "b", typeof(Roles), nameof(Roles.Opener), $"7300 20.1.1.1:7300 {!firstInitiates}");
        await a.UntilAsync("ready");
        await b.UntilAsync("ready");
        var (one, other) = ("", "");
        for (var attempt = 0; attempt < Attempts && (one, other) != ("open 1000", "open 1000"); attempt++)
        {
            await a.TellAsync("go");
            // Not a wait for anything: how far apart the two begin is what is tested.
            await Task.Delay(later);
            await b.TellAsync("go");
            (one, other) = (await a.UntilAsync(_ => true), await b.UntilAsync(_ => true));
        }

        Assert.Equal(("open 1000", "open 1000"), (one, other));
    }

    [Fact]
    public async Task OtherSideSilent_NothingGetsIn()
    {
        await using var network = await TestNetwork.CreateAsync("a", "nat-a", "net", "nat-b", "b");
        await BehindAsync(network, "a", "10.1.0", "20.1.1", "net-a");
        await BehindAsync(network, "b", "10.2.0", "20.2.2", "net-b");
        await network.ShellAsync("net", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        await using var a = Role.Start(network, "a", typeof(Roles), nameof(Roles.Opener), "7300 20.2.2.1:7300 true");
        await using var b = Role.Start(network, "b", typeof(Roles), nameof(Roles.Opener), "7300 20.1.1.1:7300 false");
        await a.UntilAsync("ready");
        await b.UntilAsync("ready");
        await a.TellAsync("go");
        Assert.StartsWith("failed", await a.UntilAsync(_ => true), StringComparison.Ordinal);
    }

    private static async Task BehindAsync(TestNetwork network, string machine, string inner, string outer, string card)
    {
        var nat = $"nat-{machine}";
        await network.CableAsync(machine, "eth0", $"{inner}.2/24", nat, "lan", $"{inner}.1/24");
        await network.CableAsync(nat, "wan", $"{outer}.1/24", "net", card, $"{outer}.254/24");
        await network.OnAsync(machine, "ip", "route", "add", "default", "via", $"{inner}.1");
        await network.OnAsync(nat, "ip", "route", "add", "default", "via", $"{outer}.254");
        await network.ShellAsync(nat, "echo 1 > /proc/sys/net/ipv4/ip_forward");
        await network.ShellAsync(nat, $"nft -f - <<'END'\n{Rules}\nEND");
    }
}
