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
}
