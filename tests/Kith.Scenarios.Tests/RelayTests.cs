namespace Kith.Scenarios.Tests;

/// <summary>Two people and a third who may carry their conversation: what goes through a relay, and with whose consent.</summary>
public sealed class RelayTests : IAsyncLifetime
{
    private readonly KithHome _alice = new("Alice");
    private readonly KithHome _bob = new("Bob");
    private readonly KithHome _carol = new("Carol");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _carol.DisposeAsync();
    }

    [Fact]
    public async Task AllThreeAgree_GoesThroughTheRelayAndBesideItDirectly()
    {
        await MeetAsync(alice: "use", bob: "both", carol: "serve");
        Assert.Equal("relay", await SendAsync("relay"));
        Assert.Equal("direct", await SendAsync("direct"));
        Assert.Equal("direct", await SendAsync("auto"));
        var seen = (await _alice.RunAsync("--json", "read", "Bob")).Lines;
        Assert.Equal(["relay", "direct", "direct"], seen.Select(line => line.GetProperty("route").GetString()));
        var carrying = (await _carol.RunAsync("--json", "relay")).Json;
        // And perhaps the one that was asked for beside the first call, which ends ten seconds after that went direct.
        Assert.InRange(carrying.GetProperty("serving").GetInt32(), 1, 2);
        Assert.True(carrying.GetProperty("bytes").GetInt64() > 0);

        // From the moment on in which one of the three says no, nothing goes that way any more.
        await _alice.RunAsync("--json", "relay", "off");
        await Pair.WaitForAsync(async () => (await _carol.RunAsync("--json", "relay")).Json.GetProperty("serving").GetInt32() == 0, "the circuit has ended");
        Assert.Null(await SendAsync("relay", seconds: 3));
        Assert.Equal("direct", await SendAsync("auto"));
    }

    [Fact]
    public async Task OneOfThreeDoesNotAgree_WaitsAndSaysWhy()
    {
        await MeetAsync(alice: "off", bob: "use", carol: "serve");
        await WaitsAsync("the receiver does not agree");
        // Never all three at once on the way from one to the next: something waits already.
        await _carol.RunAsync("--json", "relay", "off");
        await _alice.RunAsync("--json", "relay", "use");
        await WaitsAsync("who would carry it does not agree");
        await _carol.RunAsync("--json", "relay", "use");
        await WaitsAsync("who would carry it uses relays and is none");

        async Task WaitsAsync(string why)
        {
            var sent = await _bob.RunAsync("--json", "send", "Alice", why, "--route", "relay", "--wait", "delivered", "--timeout", "4s");
            Assert.Equal(1, sent.Status);
            Assert.Equal("waiting", sent.Json.GetProperty("state").GetString());
            Assert.EndsWith(".", sent.Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.Equal("direct", await SendAsync("auto"));
            Assert.Equal(0, (await _carol.RunAsync("--json", "relay")).Json.GetProperty("serving").GetInt32());
        }
    }

    [Fact]
    public async Task OffHere_WaitsAndSaysWhy_GoesOnceAllowed()
    {
        await MeetAsync(alice: "use", bob: "off", carol: "serve");
        var sent = await _bob.RunAsync("--json", "send", "Alice", "hello", "--route", "relay");
        Assert.Equal(1, sent.Status);
        Assert.Equal("waiting", sent.Json.GetProperty("state").GetString());
        Assert.Contains("kith relay use", sent.Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await _carol.RunAsync("--json", "relay")).Json.GetProperty("serving").GetInt32());
        await _bob.RunAsync("--json", "relay", "use");
        await ArrivesByRelayAsync();
    }

    [Fact]
    public async Task LeftFromAnEarlierRun_OpensACircuitByItself()
    {
        await MeetAsync(alice: "use", bob: "use", carol: "off");
        var sent = await _bob.RunAsync("--json", "send", "Alice", "hello", "--route", "relay", "--wait", "sent", "--timeout", "1s");
        Assert.Equal("waiting", sent.Json.GetProperty("state").GetString());
        await _bob.RunAsync("down");
        await _carol.RunAsync("--json", "relay", "serve");
        await _bob.StartAsync("--entry", _carol.Address);
        await ArrivesByRelayAsync();
    }

    [Fact]
    public async Task Consent_IsOffInANewHomeAndKeptOnceGiven()
    {
        await _alice.StartAsync();
        var settings = await _alice.Api.GetAsync("settings");
        Assert.Equal("off", settings.GetProperty("relay").GetString());
        Assert.False(settings.GetProperty("relayAsked").GetBoolean());
        Assert.Equal("both", (await _alice.RunAsync("--json", "relay", "both")).Json.GetProperty("consent").GetString());
        await _alice.RunAsync("down");
        await _alice.StartAsync();
        settings = await _alice.Api.GetAsync("settings");
        Assert.Equal("both", settings.GetProperty("relay").GetString());
        Assert.True(settings.GetProperty("relayAsked").GetBoolean());
        await _alice.RunAsync("down");
        await _alice.StartAsync("--relay", "use");
        Assert.Equal("use", (await _alice.RunAsync("--json", "status")).Json.GetProperty("relay").GetString());
        Assert.Equal(2, (await _alice.RunAsync("relay", "perhaps")).Status);
        Assert.Equal(2, (await _alice.RunAsync("up", "--relay", "perhaps")).Status);
    }

    private async Task MeetAsync(string alice, string bob, string carol)
    {
        await _carol.StartAsync("--relay", carol);
        await _alice.StartAsync("--relay", alice, "--entry", _carol.Address);
        await _bob.StartAsync("--relay", bob, "--entry", _carol.Address);
        await Pair.WaitForAsync(async () => (await DoctorAsync(_alice, "introducers")).Contains("introduce", StringComparison.Ordinal), "Carol introduces callers to Alice");
        var link = (await _alice.RunAsync("--json", "link")).Json.GetProperty("link").GetString()!;
        Assert.Equal(0, (await _bob.RunAsync("--json", "add", link)).Status);
        await Pair.WaitForAsync(async () => (await _bob.Api.GetAsync("contacts/Alice")).GetProperty("state").GetString() == "connected", "Bob knows Alice");
    }

    private static async Task<string> DoctorAsync(KithHome home, string check) => (await home.Api.GetAsync("doctor")).GetProperty("checks").EnumerateArray()
        .Single(one => one.GetProperty("check").GetString() == check).GetProperty("detail").GetString()!;

    private async Task ArrivesByRelayAsync()
    {
        await Pair.WaitForAsync(
            async () => (await _alice.RunAsync("--json", "read", "Bob", "--peek")).Lines is [var line] && line.GetProperty("route").GetString() == "relay", "the message went through the relay");
    }

    // The route that a message took, or null when it did not arrive in time.
    private async Task<string?> SendAsync(string route, int seconds = 30)
    {
        var sent = await _bob.RunAsync("--json", "send", "Alice", "hello", "--route", route, "--wait", "delivered", "--timeout", $"{seconds}s");
        return sent.Status == 0 ? sent.Json.GetProperty("route").GetString() : null;
    }
}
