using System.Net;
using System.Text.Json;
using Kith.Transport.Tor;

namespace Kith.Node.Tests.Nodes;

/// <summary>Bridges and entry points by the API of a whole node. Tor is asked what it says of lines, and never run but with a bridge on this machine where nobody is.</summary>
public sealed class TorWaysApiTests
{
    private const string Entry = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";

    [Fact]
    public async Task WhatIsSet_IsKeptOverARestart_AndNeverAProgram()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync();
        var ways = await ChangeAsync(node, new { bridges = new[] { "Bridge 127.0.0.1:1", "", "127.0.0.1:1" } });
        Assert.Equal(["127.0.0.1:1"], Lines(ways, "bridges"));
        Assert.False(ways.GetProperty("startsAnew").GetBoolean());
        // Letters are as one writes them and are kept as they are meant.
        ways = await ChangeAsync(node, new { entries = new[] { Entry.Replace("pg6", "PG6", StringComparison.Ordinal), Entry } });
        Assert.Equal([Entry], Lines(ways, "entries"));
        Assert.False(ways.GetProperty("startsAnew").GetBoolean());
        var network = Path.Combine(node.Home, "network.json");
        var before = await File.ReadAllTextAsync(network);
        await node.SendAsync(HttpMethod.Patch, "tor-ways", new { torTransports = new[] { "x=/bin/sh" }, transports = new[] { "x=/bin/sh" }, torProgram = "/bin/sh", lines = new[] { "Log debug stdout" } });
        Assert.Equal(before, await File.ReadAllTextAsync(network));

        await node.StopAsync();
        await node.StartAsync();
        ways = await node.GetAsync("tor-ways");
        Assert.Equal(["127.0.0.1:1"], Lines(ways, "bridges"));
        Assert.Equal([Entry], Lines(ways, "entries"));
    }

    [Fact]
    public async Task BadLines_AreRefusedInOneSentence_AndTheFormerOnesStay()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync();
        await ChangeAsync(node, new { bridges = new[] { "127.0.0.1:1" } });
        await RefusedAsync(node, "Line 2 is no bridge: a bridge line has an address like", new { bridges = new[] { "127.0.0.1:2", "127.0.0.1" } });
        await RefusedAsync(node, "Line 1 is no bridge: a bridge line is one line of plain letters.", new { bridges = new[] { "127.0.0.1:2\nClientTransportPlugin x exec /bin/sh" } });
        await RefusedAsync(node, "Line 1 is no bridge: a bridge line is one line of plain letters.", new { bridges = new[] { "127.0.0.1:2\r\nSIGNAL HALT" } });
        await RefusedAsync(node, "Line 1 is no bridge: this bridge line is too long.", new { bridges = new[] { $"127.0.0.1:2 {new string('a', 100_000)}" } });
        await RefusedAsync(node, "At most 32 bridges can be set.", new { bridges = Enumerable.Range(1, 1000).Select(port => $"127.0.0.1:{port}") });
        await RefusedAsync(node, "At most 32 entry points can be set.", new { entries = Enumerable.Range(1, 1000).Select(port => $"{Entry[..^4]}{port}") });
        await RefusedAsync(node, "Line 1 is no entry point: this onion address is mistyped: its letters and its checksum do not fit.", new { bridges = new[] { "127.0.0.1:2" }, entries = new[] { Entry.Replace("pg6", "pg7", StringComparison.Ordinal) } });
        await RefusedAsync(node, "Line 1 cannot be used: a bridge needs a program for nothing, which is not installed: ", new { bridges = new[] { "nothing 127.0.0.1:2", "127.0.0.1:3" } });
        await node.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, HttpMethod.Patch, "tor-ways", new { bridges = new[] { new string('a', 300_000) } });
        await node.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Patch, "tor-ways", new { bridges = "127.0.0.1:2" });
        Assert.Equal(["127.0.0.1:1"], Lines(await node.GetAsync("tor-ways"), "bridges"));
    }

    [Fact]
    public async Task LineThatTorItselfRefuses_IsSaidByItsNumber_AndTheFormerOnesStay()
    {
        Assert.SkipUnless(TorPrograms.FindTor(null) is not null, "Tor is not installed");
        await using var node = new TestNode("Alice");
        // A program that is there: it is not run to look at a line.
        await node.StartAsync(network: TestNode.Quiet with { TorTransports = ["obfs4=/bin/true"] });
        var good = "obfs4 127.0.0.1:2 0123456789ABCDEF0123456789ABCDEF01234567 cert=abc iat-mode=0";
        Assert.Equal([good], Lines(await ChangeAsync(node, new { bridges = new[] { good } }), "bridges"));
        var refusal = await RefusedAsync(node, "Line 4 cannot be used: Tor refuses it:", new { bridges = new[] { "127.0.0.1:1", "", good, $"obfs4 127.0.0.1:3 cert={new string('a', 600)}" } });
        Assert.Contains("SOCKS arguments", refusal, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal, StringComparison.Ordinal);
        Assert.Equal([good], Lines(await node.GetAsync("tor-ways"), "bridges"));
    }

    [Fact]
    public async Task SetByManyAtOnce_WhatIsKeptIsWhatOneOfThemSaid_AndNothingElseIsLost()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync();
        await Task.WhenAll(Enumerable.Range(1, 24).Select(i => (i % 3) switch
        {
            0 => node.SendAsync(HttpMethod.Put, "room", new { offered = 16L << 20 }),
            1 => ChangeAsync(node, new { bridges = new[] { $"127.0.0.1:{i}", $"127.0.0.1:{100 + i}" } }),
            _ => ChangeAsync(node, new { entries = new[] { $"{Entry[..^4]}{i}" } }),
        }));
        var ways = await node.GetAsync("tor-ways");
        var ports = Lines(ways, "bridges").Select(static line => int.Parse(line.Split(':')[1])).ToList();
        Assert.Equal(ports[0] + 100, ports[1]);
        Assert.Single(Lines(ways, "entries"));
        await node.StopAsync();
        await node.StartAsync();
        Assert.Equal(Lines(ways, "bridges"), Lines(await node.GetAsync("tor-ways"), "bridges"));
        Assert.Equal(16L << 20, (await node.GetAsync("room")).GetProperty("offered").GetInt64());
    }

    [Fact]
    public async Task TorThatRunsAlready_TakesNoBridges()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(torControl: "127.0.0.1:1");
        Assert.False((await node.GetAsync("tor-ways")).GetProperty("ownTor").GetBoolean());
        var refusal = await node.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Patch, "tor-ways", new { bridges = new[] { "127.0.0.1:1" } });
        Assert.Contains("--tor-control none", refusal, StringComparison.Ordinal);
        Assert.Equal([Entry], Lines(await ChangeAsync(node, new { bridges = Array.Empty<string>(), entries = new[] { Entry } }), "entries"));
    }

    [Fact]
    public async Task UnderOnion_OtherEntryPointsStartTheNodeAnew_AndTheSameOnesDoNot()
    {
        await using var node = new TestNode("Alice");
        await node.StartAsync(privacy: "onion", network: TestNode.Quiet with { TorBridges = ["127.0.0.1:1"], Entries = [Entry] });
        Assert.False((await ChangeAsync(node, new { entries = new[] { Entry } })).GetProperty("startsAnew").GetBoolean());
        Assert.False((await ChangeAsync(node, new { bridges = new[] { "127.0.0.1:2" } })).GetProperty("startsAnew").GetBoolean());
        Assert.False(node.Node.WantsRestart);
        Assert.True((await ChangeAsync(node, new { entries = Array.Empty<string>() })).GetProperty("startsAnew").GetBoolean());
        await node.Node.Stopped.WaitAsync(TestNode.Patience);
        Assert.True(node.Node.WantsRestart);
    }

    private static Task<JsonElement> ChangeAsync(TestNode node, object change) => node.SendAsync(HttpMethod.Patch, "tor-ways", change);

    private static async Task<string> RefusedAsync(TestNode node, string says, object change)
    {
        var refusal = await node.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Patch, "tor-ways", change);
        Assert.StartsWith(says, refusal, StringComparison.Ordinal);
        return refusal;
    }

    private static List<string> Lines(JsonElement ways, string name) => [.. ways.GetProperty(name).EnumerateArray().Select(static line => line.GetString()!)];
}
