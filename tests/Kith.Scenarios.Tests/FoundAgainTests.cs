using System.Diagnostics;
using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>Real nodes on loopback that know nothing but each other's link and one entry point: they talk, move and go on talking.</summary>
public sealed class FoundAgainTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly KithHome _entry = new("Entry");
    private readonly KithHome _alice = new("Alice");
    private readonly KithHome _bob = new("Bob");

    public async ValueTask InitializeAsync()
    {
        await _entry.StartAsync();
        await Task.WhenAll(_alice.StartAsync("--entry", _entry.Address), _bob.StartAsync("--entry", _entry.Address));
        await Finding.MeetAsync(_alice, _bob);
    }

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _entry.DisposeAsync();
    }

    [Fact]
    public async Task BothMoveAtOnce_TheyFindEachOtherAndGoOn()
    {
        await Finding.SayAsync(_bob, "Alice", "before");
        await Task.WhenAll(_alice.StopAsync(), _bob.StopAsync());
        (_alice.ListenPort, _bob.ListenPort) = (FreePorts.Next(), FreePorts.Next());

        // The entry point is not named again: it is kept.
        await Task.WhenAll(_alice.StartAsync(), _bob.StartAsync());
        var started = Stopwatch.GetTimestamp();
        await Finding.SayAsync(_bob, "Alice", "after");
        output.WriteLine($"found and delivered after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
        await Finding.SayAsync(_alice, "Bob", "after too");
    }

    [Fact]
    public async Task BothAreKilledInTheMiddleAndMove_NothingIsLost()
    {
        for (var i = 0; i < 20; i++)
        {
            await _bob.Api.PostAsync("contacts/Alice/messages", new { text = $"b {i}", wait = "waiting" });
            await _alice.Api.PostAsync("contacts/Bob/messages", new { text = $"a {i}", wait = "waiting" });
        }

        await Task.WhenAll(_alice.KillAsync(), _bob.KillAsync());
        (_alice.ListenPort, _bob.ListenPort) = (FreePorts.Next(), FreePorts.Next());
        await Task.WhenAll(_alice.StartAsync(), _bob.StartAsync());
        await Finding.SayAsync(_bob, "Alice", "last");
        await Finding.SayAsync(_alice, "Bob", "last");
        Assert.Equal(["hello", .. Enumerable.Range(0, 20).Select(i => $"b {i}"), "last"], await TextsAsync(_alice, "Bob"));
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"a {i}"), "last"], await TextsAsync(_bob, "Alice"));
    }

    [Fact]
    public async Task LinkWithStaleAddresses_StillAdds()
    {
        var link = (await _alice.RunAsync("--json", "link")).Json.GetProperty("link").GetString()!;
        await _alice.StopAsync();
        _alice.ListenPort = FreePorts.Next();
        await _alice.StartAsync();
        await using var carol = new KithHome("Carol");
        await carol.StartAsync("--entry", _entry.Address);
        var added = await carol.RunAsync("--json", "add", link, "--timeout", "20s");
        Assert.True(added.Status == 0, added.Error);
        Assert.Equal("connected", added.Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task NewSecrets_TheChosenFindUsAndTheOthersDoNot()
    {
        await using var carol = new KithHome("Carol");
        await carol.StartAsync("--entry", _entry.Address);
        await Finding.MeetAsync(_alice, carol);
        var issued = await _alice.RunAsync("--json", "reissue", "Bob");
        Assert.True(issued.Status == 0, issued.Error);
        Assert.Single(issued.Json.GetProperty("issued").EnumerateArray());
        Assert.Single(issued.Json.GetProperty("withheld").EnumerateArray());
        Assert.False((await _alice.Api.GetAsync("contacts/Carol")).GetProperty("canFindUs").GetBoolean());
        await Pair.WaitForAsync(async () => (await _alice.Api.GetAsync("status")).GetProperty("outbox").GetInt32() == 0, "Bob has the new secret");

        await Task.WhenAll(_alice.StopAsync(), _bob.StopAsync(), carol.StopAsync());
        (_alice.ListenPort, _bob.ListenPort, carol.ListenPort) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        await Task.WhenAll(_alice.StartAsync(), _bob.StartAsync(), carol.StartAsync());
        await Finding.SayAsync(_bob, "Alice", "you let me find you");
        var found = await _bob.RunAsync("--json", "lookup", "Alice");
        Assert.Equal(_alice.Address, found.Json.GetProperty("addresses").EnumerateArray().First().GetString());
        var refused = await carol.RunAsync("--json", "lookup", "Alice");

        // What was published under the old secret before may still be there: it leads to where Alice is no more.
        if (refused.Status == 0)
            Assert.DoesNotContain(_alice.Address, refused.Json.GetProperty("addresses").EnumerateArray().Select(address => address.GetString()));
        Assert.False((await carol.Api.GetAsync("contacts/Alice")).GetProperty("online").GetBoolean());
    }

    [Fact]
    public async Task PrivateSwarm_MembersTalkAndOutsidersGetNoAnswer()
    {
        var key = Path.Combine(_entry.Directory, "swarm.key");
        Assert.Equal(0, (await _entry.RunAsync("swarm-key", key)).Status);
        await _entry.StopAsync();
        await _entry.StartAsync("--swarm-key", key);
        await using var member = new KithHome("Member");
        await member.StartAsync("--entry", _entry.Address, "--swarm-key", key);
        await Finding.MeetAsync(_entry, member);
        await Pair.WaitForAsync(async () => (await member.Api.GetAsync("network")).GetProperty("dht").GetProperty("nodes").GetInt32() > 0, "the member is in the swarm's overlay");

        // Alice goes on asking the entry point that she knows: to her nobody is there any more. From a new port, as members may still ask her at the old one.
        await _alice.StopAsync();
        await _bob.StopAsync();
        _alice.ListenPort = FreePorts.Next();
        await _alice.StartAsync();
        await Pair.WaitForAsync(async () => (await ChecksAsync(_alice)).Exists(check => IsOf(check, _entry.Address) && !check.GetProperty("ok").GetBoolean()), "Alice gets no answer");
        var network = await _alice.Api.GetAsync("network");
        Assert.Equal(0, network.GetProperty("dht").GetProperty("nodes").GetInt32());
        Assert.Equal(0, network.GetProperty("traffic").GetProperty("in").GetInt64());
    }

    [Fact]
    public async Task BadEntryName_IsSaidAndStopsNothing()
    {
        await using var dora = new KithHome("Dora");
        await dora.StartAsync("--entry", "no-such-name.invalid:7000", "--entry", _entry.Address);
        await Pair.WaitForAsync(async () => (await ChecksAsync(dora)).Exists(check => IsOf(check, "no-such-name.invalid") && !check.GetProperty("ok").GetBoolean()), "doctor says it");
        var said = (await ChecksAsync(dora)).Find(check => IsOf(check, "no-such-name.invalid")).GetProperty("detail").GetString()!;
        output.WriteLine(said);
        Assert.EndsWith(".", said, StringComparison.Ordinal);
        await Pair.WaitForAsync(async () => (await dora.Api.GetAsync("network")).GetProperty("dht").GetProperty("nodes").GetInt32() > 0, "the other entry point works");
        var network = await dora.Api.GetAsync("network");
        Assert.Contains(network.GetProperty("problems").EnumerateArray(), problem => problem.GetProperty("what").GetString()!.Contains("no-such-name.invalid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Commands_SayWhatTheOverlaySees()
    {
        var found = await _bob.RunAsync("--json", "lookup", "Alice");
        Assert.True(found.Status == 0, found.Error);
        foreach (var field in (string[])["contact", "addresses", "hops", "queries", "elapsed"])
            Assert.True(found.Json.TryGetProperty(field, out _), field);
        Assert.Equal(_alice.Address, found.Json.GetProperty("addresses").EnumerateArray().First().GetString());

        await Pair.WaitForAsync(async () => (await LinesAsync(_bob, "peers")).Count >= 2, "Bob has a peer in the overlay");
        await Pair.WaitForAsync(async () => (await _bob.RunAsync("--json", "status")).Json.GetProperty("wan").GetString() is not null, "Bob knows his address");
        var peers = await LinesAsync(_bob, "peers");
        Assert.All(peers, peer => Assert.True(peer.TryGetProperty("connectable", out _) && peer.TryGetProperty("rtt", out _) && peer.GetProperty("lastSeen").GetInt64() > 0));
        var status = (await _bob.RunAsync("--json", "status")).Json;
        Assert.Equal(_bob.Address, status.GetProperty("wan").GetString());
        Assert.All(await LinesAsync(_bob, "doctor"), check => Assert.EndsWith(".", check.GetProperty("detail").GetString(), StringComparison.Ordinal));

        await _alice.RunAsync("--json", "link");
        await using var stranger = new KithHome("Stranger");
        await stranger.StartAsync("--entry", _entry.Address);
        Assert.Equal(1, (await stranger.RunAsync("--json", "lookup", "Alice")).Status);
    }

    private static bool IsOf(JsonElement check, string address) => check.GetProperty("check").GetString() == "entry" && check.GetProperty("detail").GetString()!.Contains(address, StringComparison.Ordinal);

    private static Task<List<JsonElement>> ChecksAsync(KithHome home) => LinesAsync(home, "doctor");

    private static async Task<List<JsonElement>> LinesAsync(KithHome home, string command)
    {
        var printed = await home.RunAsync("--json", command);
        Assert.True(printed.Status == 0, printed.Error);
        return [.. printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static async Task<IEnumerable<string?>> TextsAsync(KithHome home, string contact)
        => (await home.Api.HistoryAsync(contact)).Where(message => !message.GetProperty("fromMe").GetBoolean()).Select(message => message.GetProperty("text").GetString());
}
