using System.Text.Json;

namespace Kith.Node.Tests.Nodes;

/// <summary>A node's door for strangers who use Tor alone: when it is open, and by which key. Tor itself is not there (that strangers come in by it is tested over a private Tor network); the door and its address are.</summary>
public sealed class TorEntryTests
{
    // Nobody is there: such a Tor is never ready.
    private const string NoTor = "127.0.0.1:1";

    [Fact]
    public async Task TurnedOffByTheUser_StaysOff_UntilAStartAsksForItAgain()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(torControl: NoTor, torEntry: true);
        var first = await OpenAsync(node);
        Assert.False((await OfferAsync(node, false)).GetProperty("offered").GetBoolean());
        await ClosedAsync(node);

        await node.StopAsync();
        await node.StartAsync();
        Assert.False((await node.GetAsync("tor-entry")).GetProperty("offered").GetBoolean());
        await ClosedAsync(node);

        await node.StopAsync();
        await node.StartAsync(torEntry: true);
        Assert.Equal(first, await OpenAsync(node));
        // Not said again: kept.
        await node.StopAsync();
        await node.StartAsync();
        Assert.Equal(first, await OpenAsync(node));
    }

    [Fact]
    public async Task UnderOpen_ItsKeyStays_AndUnderVeiledItIsAnotherInEachRun()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(torControl: NoTor, torEntry: true);
        var open = await OpenAsync(node);
        var seen = new HashSet<string> { open };
        for (var run = 0; run < 3; run++)
        {
            await node.StopAsync();
            await node.StartAsync(privacy: "veiled");
            Assert.True(seen.Add(await OpenAsync(node)), "an address of an earlier run");
            // Closed and opened in one run it is another too: whoever was sent away cannot wait for it.
            await OfferAsync(node, false);
            await ClosedAsync(node);
            await OfferAsync(node, true);
            Assert.True(seen.Add(await OpenAsync(node)), "an address of an earlier opening");
        }

        await node.StopAsync();
        await node.StartAsync(privacy: "open");
        Assert.Equal(open, await OpenAsync(node));
    }

    [Fact]
    public async Task ClosedWhileItOpens_IsClosed()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(torControl: NoTor, torEntry: true);
        for (var i = 0; i < 20; i++)
        {
            await OfferAsync(node, true);
            await OfferAsync(node, false);
        }

        await ClosedAsync(node);
        await OfferAsync(node, true);
        await OpenAsync(node);
    }

    [Fact]
    public async Task AskedForManyTimesAtOnce_WhatIsKeptIsWhatTheNodeDoes()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(torControl: NoTor);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => i % 4 == 3 ? node.SendAsync(HttpMethod.Put, "room", new { offered = 16L << 20 }) : OfferAsync(node, i % 2 == 0)));
        var offered = (await node.GetAsync("tor-entry")).GetProperty("offered").GetBoolean();
        if (offered)
            await OpenAsync(node);
        else
            await ClosedAsync(node);
        await node.StopAsync();
        await node.StartAsync();
        Assert.Equal(offered, (await node.GetAsync("tor-entry")).GetProperty("offered").GetBoolean());
        Assert.Equal(16L << 20, (await node.GetAsync("room")).GetProperty("offered").GetInt64());
    }

    [Fact]
    public async Task UnderOnion_NobodyIsLetIn_AndItSaysWhy()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(privacy: "onion", torControl: NoTor, torEntry: true);
        var entry = await node.GetAsync("tor-entry");
        Assert.Equal(JsonValueKind.Null, entry.GetProperty("address").ValueKind);
        Assert.Contains("serves nobody", entry.GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    private static Task<JsonElement> OfferAsync(TestNode node, bool offered) => node.SendAsync(HttpMethod.Put, "tor-entry", new { offered });

    private static async Task<string> OpenAsync(TestNode node)
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        while (true)
        {
            if ((await node.GetAsync("tor-entry")).GetProperty("address").GetString() is { } address)
                return address;
            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task ClosedAsync(TestNode node)
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        while ((await node.GetAsync("tor-entry")).GetProperty("address").ValueKind != JsonValueKind.Null)
            await Task.Delay(20, patience.Token);
    }
}
