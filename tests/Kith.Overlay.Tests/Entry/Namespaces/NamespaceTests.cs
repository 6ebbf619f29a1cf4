using System.Net;
using Kith.Crypto;
using Kith.Overlay.Swarm;

namespace Kith.Overlay.Tests.Entry.Namespaces;

/// <summary>The local network for real: nodes in processes of their own, on machines that have a cable between them and nothing else.</summary>
public sealed class NamespaceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task TwoMachinesOnOneCable_FindEachOtherWithoutAnyServer()
    {
        await using var network = await NetworkNamespaces.CreateAsync(2);
        await network.ConnectAsync(0, "10.77.0.1/24");
        await network.ConnectAsync(1, "10.77.0.2/24");
        await using var a = NamespaceNode.Start(network, 0, "0.0.0.0");
        await using var b = NamespaceNode.Start(network, 1, "0.0.0.0");
        var (atA, atB) = (await a.UntilFoundAsync(), await b.UntilFoundAsync());
        output.WriteLine($"A after {atA.Elapsed} ms, B after {atB.Elapsed} ms");
        Assert.StartsWith("10.77.0.2:", atA.Address, StringComparison.Ordinal);
        Assert.StartsWith("10.77.0.1:", atB.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IPv6Alone_IsEnough()
    {
        await using var network = await NetworkNamespaces.CreateAsync(2);
        await network.ConnectAsync(0, "fd77::1/64");
        await network.ConnectAsync(1, "fd77::2/64");
        await using var a = NamespaceNode.Start(network, 0, "0.0.0.0,::");
        await using var b = NamespaceNode.Start(network, 1, "0.0.0.0,::");
        Assert.StartsWith("[fd77::2]:", (await a.UntilFoundAsync()).Address, StringComparison.Ordinal);
        Assert.StartsWith("[fd77::1]:", (await b.UntilFoundAsync()).Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CableThatComesLater_IsFollowed()
    {
        await using var network = await NetworkNamespaces.CreateAsync(2);
        await network.ConnectAsync(0, "10.77.0.1/24");
        await using var a = NamespaceNode.Start(network, 0, "0.0.0.0");
        await using var b = NamespaceNode.Start(network, 1, "0.0.0.0");
        _ = await b.UntilAsync(_ => true);
        await network.ConnectAsync(1, "10.77.0.2/24");
        Assert.StartsWith("10.77.0.1:", (await b.UntilFoundAsync()).Address, StringComparison.Ordinal);
        Assert.StartsWith("10.77.0.2:", (await a.UntilFoundAsync()).Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodesOnLoopbackOnly_FindEachOtherAndSendNothingThroughTheCable()
    {
        await using var network = await NetworkNamespaces.CreateAsync(2);
        await network.ConnectAsync(0, "10.77.0.1/24");
        await network.ConnectAsync(1, "10.77.0.2/24");
        await using var a = NamespaceNode.Start(network, 0, "127.0.0.1");
        await using var b = NamespaceNode.Start(network, 0, "127.0.0.1");
        Assert.StartsWith("127.0.0.1:", (await a.UntilFoundAsync()).Address, StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", (await b.UntilFoundAsync()).Address, StringComparison.Ordinal);
        Assert.Equal(0, await network.SentPacketsAsync(0));

        // The same for a node that listens there and another beside it that listens everywhere: together, and only the latter is heard outside.
        await using var c = NamespaceNode.Start(network, 0, "0.0.0.0");
        await using var d = NamespaceNode.Start(network, 1, "0.0.0.0");
        Assert.StartsWith("10.77.0.1:", (await d.UntilFoundAsync()).Address, StringComparison.Ordinal);
        _ = await c.UntilFoundAsync();
    }

    [Fact]
    public async Task PrivateSwarm_HearsItsOwnAlone()
    {
        await using var network = await NetworkNamespaces.CreateAsync(3);
        for (var machine = 0; machine < 3; machine++)
            await network.ConnectAsync(machine, $"10.77.0.{machine + 1}/24");
        using var key = SwarmKey.Generate(SystemRandom.Instance);
        await using var stranger = NamespaceNode.Start(network, 2, "0.0.0.0");
        await using var a = NamespaceNode.Start(network, 0, "0.0.0.0", key.Reveal());
        await using var b = NamespaceNode.Start(network, 1, "0.0.0.0", key.Reveal());
        Assert.StartsWith("10.77.0.2:", (await a.UntilFoundAsync()).Address, StringComparison.Ordinal);
        var sight = await b.UntilAsync(view => view.Entries.Any(entry => entry.State == EntryState.Answered));
        Assert.DoesNotContain(sight.Entries, entry => entry.Address.StartsWith("10.77.0.3:", StringComparison.Ordinal));
        Assert.Empty((await stranger.UntilAsync(_ => true)).Entries);
    }

    /// <summary>Not a test: the process that a node of the tests above is.</summary>
    [Fact]
    public async Task Node()
    {
        var listen = Environment.GetEnvironmentVariable(NamespaceNode.ListenVariable);
        Assert.SkipWhen(listen is null, "run by the tests beside it, each time as a node of theirs");
        Assert.True(listen!.Split(',').All(address => IPAddress.TryParse(address, out _)));
        await NamespaceNode.RunHereAsync(listen);
    }
}
