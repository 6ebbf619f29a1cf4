namespace Kith.Scenarios.Tests;

/// <summary>A node starts itself anew when its privacy setting is changed: the flags that it was started with say nothing then of what the user has changed since.</summary>
public sealed class StartedAnewTests
{
    [Fact]
    public async Task DoorThatTheUserClosed_StaysClosed_ThoughTheFlagOpenedIt()
    {
        await using var alice = new KithHome("Alice");
        // Nobody is there: such a Tor is never ready.
        await alice.StartAsync("--tor", "serve", "--tor-control", "127.0.0.1:1", "--privacy", "open", "--room", "64M");
        await Pair.WaitForAsync(async () => (await alice.Api.GetAsync("tor-entry")).GetProperty("address").GetString() is not null, "the door is there");
        Assert.False((await alice.Api.PutAsync("tor-entry", new { offered = false })).GetProperty("offered").GetBoolean());
        Assert.Equal(0, (await alice.Api.PutAsync("room", new { offered = 0 })).GetProperty("offered").GetInt64());

        var changed = await alice.RunAsync("privacy", "veiled");
        Assert.True(changed.Status == 0, changed.Error);
        // It has been started anew by then.
        var status = await alice.RunAsync("--json", "status");
        Assert.True(status.Status == 0, status.Error);
        Assert.Equal("veiled", status.Json.GetProperty("privacy").GetString());
        using var api = NodeApi.Open(alice.Directory);
        Assert.False((await api.GetAsync("tor-entry")).GetProperty("offered").GetBoolean());
        Assert.Equal(0, (await api.GetAsync("room")).GetProperty("offered").GetInt64());
        Assert.Equal("veiled", (await api.GetAsync("settings")).GetProperty("privacy").GetString());
    }

    [Fact]
    public async Task BridgesAndEntryPointsThatTheUserSet_Stay_ThoughFlagsNamedOthers()
    {
        const string Entry = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";
        await using var alice = new KithHome("Alice");
        // Bridges on this machine where nobody is: such a Tor is never ready, and calls nobody else.
        await alice.StartAsync("--tor-bridge", "127.0.0.1:1", "--entry", "127.0.0.1:9", "--privacy", "open");
        await SaysAsync(alice, ["127.0.0.1:1"], []);
        await DoneAsync(alice, "tor", "--bridge", "Bridge 127.0.0.1:2", "--bridge", "127.0.0.1:3", "--entry", Entry);
        await SaysAsync(alice, ["127.0.0.1:2", "127.0.0.1:3"], [Entry]);

        await DoneAsync(alice, "privacy", "onion");
        await SaysAsync(alice, ["127.0.0.1:2", "127.0.0.1:3"], [Entry]);
        await TorGoesByAsync(alice, ["127.0.0.1:2", "127.0.0.1:3"]);
        // Tor starts again with it, the node does not.
        var run = await File.ReadAllTextAsync(Path.Combine(alice.Directory, "node.json"));
        await DoneAsync(alice, "tor", "--bridge", "127.0.0.1:4");
        await TorGoesByAsync(alice, ["127.0.0.1:4"]);
        Assert.Equal(run, await File.ReadAllTextAsync(Path.Combine(alice.Directory, "node.json")));
        // Of entry points a run under onion is made: it is another one when the command returns.
        await DoneAsync(alice, "tor", "--entry", "none");
        Assert.NotEqual(run, await File.ReadAllTextAsync(Path.Combine(alice.Directory, "node.json")));
        await SaysAsync(alice, ["127.0.0.1:4"], []);
        await TorGoesByAsync(alice, ["127.0.0.1:4"]);

        // A start with the flag is what the user says now.
        await alice.StopAsync();
        await alice.StartAsync("--tor-bridge", "127.0.0.1:5");
        await SaysAsync(alice, ["127.0.0.1:5"], []);
        await TorGoesByAsync(alice, ["127.0.0.1:5"]);
    }

    [Fact]
    public async Task WaysIntoTorThatAreMistyped_AreRefusedInOneSentence_AndTheFormerOnesStay()
    {
        (int Status, string Says, string[] Flags)[] mistyped =
        [
            (1, "Line 2 is no bridge: the fingerprint of this bridge line is mistyped: it has 40 hexadecimal digits.", ["--bridge", "127.0.0.1:2", "--bridge", "127.0.0.1:3 0123456789ABCDEF"]),
            (1, "Line 1 is no entry point: this onion address is mistyped", ["--entry", "onion/pg7mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300"]),
            (1, "Line 1 is no entry point: it has to be at an onion address, as in onion/NAME:7300.", ["--entry", "127.0.0.1:9"]),
            (2, "One of the lines is empty", ["--bridge", ""]),
            (2, "stands in quotes", ["--bridge", "obfs4", "127.0.0.1:2"]),
            (2, "'none' stands alone", ["--bridge", "127.0.0.1:2", "--bridge", "none"]),
        ];
        await using var alice = new KithHome("Alice");
        await alice.StartAsync("--tor-bridge", "127.0.0.1:1", "--privacy", "open");
        foreach (var (status, says, flags) in mistyped)
        {
            var refused = await alice.RunAsync(["tor", .. flags]);
            Assert.True(refused.Status == status, $"{string.Join(' ', flags)}: {refused.Status} {refused.Error}");
            Assert.Contains(says, refused.Error, StringComparison.Ordinal);
            await SaysAsync(alice, ["127.0.0.1:1"], []);
        }
    }

    private static async Task DoneAsync(KithHome home, params string[] command)
    {
        var result = await home.RunAsync(command);
        Assert.True(result.Status == 0, result.Error);
    }

    private static async Task SaysAsync(KithHome home, string[] bridges, string[] entries)
    {
        var said = await home.RunAsync("--json", "tor");
        Assert.True(said.Status == 0, said.Error);
        Assert.Equal(bridges, said.Json.GetProperty("bridges").EnumerateArray().Select(static line => line.GetString()));
        Assert.Equal(entries, said.Json.GetProperty("entries").EnumerateArray().Select(static line => line.GetString()));
    }

    // What the program itself was started with.
    private static Task TorGoesByAsync(KithHome home, string[] bridges) => Pair.WaitForAsync(
        () =>
        {
            var torrc = Path.Combine(home.Directory, "tor", "torrc");
            return Task.FromResult(File.Exists(torrc) && File.ReadAllLines(torrc).Where(static line => line.StartsWith("Bridge ", StringComparison.Ordinal)).SequenceEqual(bridges.Select(static line => $"Bridge {line}")));
        },
        "Tor goes by " + string.Join(", ", bridges));
}
