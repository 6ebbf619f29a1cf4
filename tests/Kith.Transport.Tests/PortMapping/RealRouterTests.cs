using Kith.Transport.Tests.Namespaces;

namespace Kith.Transport.Tests.PortMapping;

/// <summary>Against a real miniupnpd on a router of its own.</summary>
public sealed class RealRouterTests
{
    [Theory]
    [InlineData("Pcp")]
    [InlineData("NatPmp")]
    [InlineData("Upnp")]
    public async Task Port_IsMappedReachedAndGivenBack(string protocol)
    {
        await using var router = await Router.StartAsync(pcp: protocol != "Upnp", upnp: protocol == "Upnp");
        await using (var node = Role.Start(router.Network, "inside", typeof(Roles), nameof(Roles.Mapped), $"7300 {protocol}"))
        {
            var mapped = await node.UntilAsync("mapped");
            Assert.Contains($"{protocol}/udp/{Router.Outer}:7300/3600 {protocol}/tcp/{Router.Outer}:7300/3600", mapped, StringComparison.Ordinal);
            Assert.Contains("double=False", mapped, StringComparison.Ordinal);
            await router.Network.ShellAsync("outside", $"echo hello > /dev/udp/{Router.Outer}/7300");
            Assert.Equal("udp hello", await node.UntilAsync("udp"));
            await router.Network.ShellAsync("outside", $"echo hello > /dev/tcp/{Router.Outer}/7300");
            Assert.Equal("tcp hello", await node.UntilAsync("tcp"));
            Assert.Contains("7300", await router.RulesAsync(), StringComparison.Ordinal);
        }

        // Of IPv4 alone: miniupnpd at times takes the wrong one of two IPv6 pinholes of one port away, and refuses the other ("Unauthorized to remove PCP mapping") to whoever bears its nonce.
        var left = (await router.RulesAsync()).Split('\n').Where(rule => rule.Contains("7300", StringComparison.Ordinal) && !IsIPv6(rule)).ToList();
        Assert.True(left.Count == 0, string.Join('\n', left) + await File.ReadAllTextAsync(router.LogFile));
    }

    [Fact]
    public async Task AllProtocols_PcpIsTakenAndIPv6Opened()
    {
        await using var router = await Router.StartAsync(pcp: true, upnp: true);
        await using var node = Role.Start(router.Network, "inside", typeof(Roles), nameof(Roles.Mapped), "7300");
        var mapped = await node.UntilAsync("mapped");
        Assert.Contains($"Pcp/udp/{Router.Outer}:7300", mapped, StringComparison.Ordinal);
        Assert.Contains("Pcp/udp/[2a00:78::2]:7300", mapped, StringComparison.Ordinal);
        await router.Network.ShellAsync("outside", "echo six > /dev/udp/2a00:78::2/7300");
        Assert.Equal("udp six", await node.UntilAsync("udp"));
    }

    [Fact]
    public async Task RouterThatRefuses_IsSaid()
    {
        await using var router = await Router.StartAsync(pcp: true, upnp: false, outer: "192.168.5.1");
        await using var node = Role.Start(router.Network, "inside", typeof(Roles), nameof(Roles.Mapped), "7300 NatPmp");
        Assert.Contains("the router opens no port", await node.UntilAsync("mapped"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingSpoken_IsSaid()
    {
        await using var router = await Router.StartAsync(pcp: true, upnp: false);
        await using var node = Role.Start(router.Network, "inside", typeof(Roles), nameof(Roles.Mapped), "7300 Upnp");
        Assert.Contains("the router opens no port", await node.UntilAsync("mapped"), StringComparison.Ordinal);
    }

    // nft shows a pinhole as what stands at the place of the address that it leads to.
    private static bool IsIPv6(string rule) => rule.Contains("ip6 ", StringComparison.Ordinal) || rule.Contains("2a00:", StringComparison.Ordinal) || rule.Contains("@nh,192,128", StringComparison.Ordinal);
}
