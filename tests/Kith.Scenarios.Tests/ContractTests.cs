using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>Each command with --json against real nodes: the fields, the exit status, one sentence on standard error.</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private Pair _pair = null!;

    public async ValueTask InitializeAsync() => _pair = await Pair.MeetAsync();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task Commands_PrintTheFieldsOfTheContract()
    {
        HasFields(_pair.Alice.Ready, "event", "account", "api", "page", "listen");
        HasFields(await LineAsync(_pair.Alice, "link", "--uses", "2", "--expires", "1d"), "link", "expires");
        Assert.Equal(12, (await LineAsync(_pair.Alice, "link", "--public", "--price", "12")).GetProperty("price").GetInt32());
        var contact = await LineAsync(_pair.Alice, "contacts");
        HasFields(contact, "contact", "name", "verified", "online");
        Assert.Equal("Bob", contact.GetProperty("name").GetString());
        Assert.True(contact.GetProperty("online").GetBoolean());
        HasFields(await LineAsync(_pair.Alice, "status"), "account", "name", "privacy", "wan", "listen", "nat", "peers", "outbox");
        HasFields(await LineAsync(_pair.Alice, "peers"), "id", "address", "direction", "connectable", "lastSeen", "rtt");
        HasFields(await LineAsync(_pair.Alice, "doctor"), "check", "ok", "detail");
        HasFields(await LineAsync(_pair.Alice, "page"), "page");
    }

    [Fact]
    public async Task SafetyNumbers_AreTheSameOnBothSides()
    {
        var alice = await LineAsync(_pair.Alice, "verify", "Bob");
        var bob = await LineAsync(_pair.Bob, "verify", "Alice");
        Assert.Equal(alice.GetProperty("safetyNumber").GetString(), bob.GetProperty("safetyNumber").GetString());
        Assert.Equal(60, alice.GetProperty("safetyNumber").GetString()!.Count(char.IsDigit));
    }

    [Fact]
    public async Task SentText_IsDeliveredAndRead()
    {
        const string Text = "Grüße, 你好, 🦊 and a second\nline";
        var sent = await LineAsync(_pair.Alice, "send", "Bob", Text, "--wait", "delivered", "--timeout", "20s");
        HasFields(sent, "id", "state", "route", "elapsed");
        Assert.Contains(sent.GetProperty("state").GetString(), new[] { "delivered", "read" });
        Assert.Equal("direct", sent.GetProperty("route").GetString());

        var read = await LineAsync(_pair.Bob, "read", "Alice");
        HasFields(read, "id", "from", "text", "sentAt", "receivedAt", "state", "route");
        Assert.Equal(Text, read.GetProperty("text").GetString());
        Assert.Equal("Alice", read.GetProperty("from").GetString());
        Assert.Equal(sent.GetProperty("id").GetString(), read.GetProperty("id").GetString());
        await Pair.WaitForAsync(async () => (await LineAsync(_pair.Alice, "read", "Bob")).GetProperty("state").GetString() == "read", "Alice sees that Bob has read it");
        Assert.Equal("me", (await LineAsync(_pair.Alice, "read", "Bob")).GetProperty("from").GetString());
        Assert.Equal("", (await _pair.Bob.RunAsync("--json", "read", "Alice", "--after", sent.GetProperty("id").GetString()!)).Output);
    }

    [Fact]
    public async Task ContactByStartOfItsId_IsFound()
    {
        var id = (await LineAsync(_pair.Alice, "contacts")).GetProperty("contact").GetString()!;
        Assert.Equal(0, (await _pair.Alice.RunAsync("send", id[..8], "by id", "--wait", "delivered")).Status);
    }

    public static TheoryData<int, string[]> Refusals => new()
    {
        { 1, ["send", "Nobody", "hello"] },
        { 1, ["read", "Nobody"] },
        { 1, ["verify", "Nobody"] },
        { 1, ["send", "Bob", ""] },
        { 1, ["add", "not a link"] },
        { 1, ["add", "kith:AAAA"] },
        { 2, ["send", "Bob"] },
        { 2, ["send", "Bob", "x", "--route", "pigeon"] },
        { 2, ["send", "Bob", "x", "--timeout", "soon"] },
        { 2, ["link", "--uses", "0"] },
        { 2, ["link", "--price", "5"] },
        { 2, ["link", "--public", "--price", "99"] },
        { 2, ["nonsense"] },
        { 2, [] },
    };

    [Fact]
    public async Task WhatCannotBeDone_IsSaidInOneSentenceWithItsStatus()
    {
        foreach (var (status, arguments) in Refusals.Select(row => row.Data))
        {
            var refused = await _pair.Alice.RunAsync(["--json", .. arguments]);
            Assert.True(refused.Status == status, $"{string.Join(' ', arguments)}: {refused.Status} {refused.Error}");
            Assert.Equal("", refused.Output);
            Assert.Single(refused.Error.Trim().Split('\n'));
        }
    }

    [Fact]
    public async Task TextTooLong_IsRefusedAndNothingIsSent()
    {
        var refused = await _pair.Alice.RunWithInputAsync(new string('x', (64 * 1024) + 1), "send", "Bob", "-");
        Assert.Equal(1, refused.Status);
        Assert.Single(refused.Error.Trim().Split('\n'));
        var longest = await _pair.Alice.RunWithInputAsync(new string('x', 64 * 1024), "send", "Bob", "-", "--wait", "delivered");
        Assert.Equal(0, longest.Status);
        Assert.Single(await _pair.Bob.Api.HistoryAsync("Alice"));
    }

    [Fact]
    public async Task Links_ExpiredUsedUpCutAndWithdrawn_AreRefused()
    {
        await using var carol = new KithHome("Carol");
        await carol.StartAsync();
        var brief = (await LineAsync(_pair.Alice, "link", "--expires", "1s")).GetProperty("link").GetString()!;
        var once = (await LineAsync(_pair.Alice, "link")).GetProperty("link").GetString()!;
        Assert.Equal(1, (await carol.RunAsync("add", once[..^6])).Status);
        Assert.Equal(0, (await carol.RunAsync("add", once)).Status);
        await using var dave = new KithHome("Dave");
        await dave.StartAsync();
        var usedUp = await dave.RunAsync("add", once);
        Assert.Equal(1, usedUp.Status);
        Assert.Contains("used", usedUp.Error, StringComparison.OrdinalIgnoreCase);
        await Pair.WaitForAsync(async () => (await dave.RunAsync("add", brief)) is { Status: 1 } late && late.Error.Contains("expired", StringComparison.OrdinalIgnoreCase), "the link has expired");
        var withdrawn = await LineAsync(_pair.Alice, "link");
        Assert.Equal(0, (await _pair.Alice.RunAsync("revoke", withdrawn.GetProperty("id").GetString()!)).Status);
        Assert.Equal(1, (await dave.RunAsync("add", withdrawn.GetProperty("link").GetString()!)).Status);
    }

    [Fact]
    public async Task PublicLink_MakesARequestThatIsAccepted()
    {
        await using var carol = new KithHome("Carol");
        await carol.StartAsync();
        var open = (await LineAsync(_pair.Alice, "link", "--public")).GetProperty("link").GetString()!;
        Assert.Equal(0, (await carol.RunAsync("add", open, "--timeout", "1s")).Status);
        await Pair.WaitForAsync(async () => (await _pair.Alice.RunAsync("--json", "requests")).Output.Contains("Carol", StringComparison.Ordinal), "Alice sees the request");
        Assert.Equal(0, (await _pair.Alice.RunAsync("accept", "Carol")).Status);
        await Pair.WaitForAsync(async () => (await carol.Api.GetAsync("contacts/Alice")).GetProperty("state").GetString() == "connected", "Carol is accepted");
        Assert.Equal(0, (await carol.RunAsync("send", "Alice", "thank you", "--wait", "delivered")).Status);
    }

    [Fact]
    public async Task NoNode_IsStatusThree()
    {
        await using var empty = new KithHome("Empty");
        foreach (var command in (string[])["status", "contacts", "down", "link", "peers", "doctor"])
            Assert.Equal(3, (await empty.RunAsync("--json", command)).Status);
        await _pair.Bob.KillAsync();
        Assert.Equal(3, (await _pair.Bob.RunAsync("status")).Status);
    }

    [Fact]
    public async Task Down_StopsTheNode()
    {
        var stopped = await _pair.Bob.RunAsync("--json", "down");
        Assert.Equal("stopped", stopped.Json.GetProperty("event").GetString());
        Assert.Equal(3, (await _pair.Bob.RunAsync("status")).Status);
    }

    [Fact]
    public async Task ExportedAndImported_TheConversationGoesOn()
    {
        Assert.Equal(0, (await _pair.Alice.RunAsync("send", "Bob", "before", "--wait", "delivered")).Status);
        await using var moved = new KithHome("Alice");
        var passphrase = Path.Combine(moved.Directory, "passphrase");
        await File.WriteAllTextAsync(passphrase, "correct horse battery staple");
        var file = Path.Combine(moved.Directory, "export.kith");
        Assert.Equal(0, (await _pair.Alice.RunAsync("export", file, "--passphrase-file", passphrase)).Status);
        var home = Path.Combine(moved.Directory, "home");
        await File.WriteAllTextAsync(Path.Combine(moved.Directory, "wrong"), "something else");
        Assert.Equal(1, (await moved.RunAsync("--home", home, "import", file, "--passphrase-file", Path.Combine(moved.Directory, "wrong"))).Status);
        Assert.Equal(0, (await moved.RunAsync("--home", home, "import", file, "--passphrase-file", passphrase)).Status);
        await _pair.Alice.StopAsync();
        await using var again = new KithHome("Alice", home);
        await again.StartAsync();
        Assert.Equal("before", (await again.Api.HistoryAsync("Bob")).Single().GetProperty("text").GetString());
        Assert.Equal(0, (await again.RunAsync("send", "Bob", "after", "--wait", "delivered")).Status);
        Assert.Equal(0, (await _pair.Bob.RunAsync("send", "Alice", "and back", "--wait", "delivered")).Status);
    }

    [Fact]
    public async Task Passphrase_LocksTheVault()
    {
        var folder = _pair.Alice.Directory;
        await File.WriteAllTextAsync(Path.Combine(folder, "new"), "a good passphrase");
        Assert.Equal(0, (await _pair.Alice.RunAsync("passphrase", "--new-file", Path.Combine(folder, "new"))).Status);
        await _pair.Alice.StopAsync();
        var without = await _pair.Alice.RunAsync("up", "--api", "127.0.0.1:0");
        Assert.Equal(1, without.Status);
        Assert.Single(without.Error.Trim().Split('\n'));
        await File.WriteAllTextAsync(Path.Combine(folder, "wrong"), "a bad one");
        Assert.Equal(1, (await _pair.Alice.RunAsync("up", "--passphrase-file", Path.Combine(folder, "wrong"))).Status);
        await _pair.Alice.StartAsync("--passphrase-file", Path.Combine(folder, "new"));
        Assert.Equal(0, (await _pair.Alice.RunAsync("send", "Bob", "unlocked", "--wait", "delivered")).Status);
    }

    [Fact]
    public async Task PortInUse_IsSaidInOneSentence()
    {
        await using var carol = new KithHome("Carol");
        var taken = _pair.Alice.Ready.GetProperty("listen").EnumerateArray().First().GetString()!;
        var refused = await carol.RunAsync("up", "--listen", taken);
        Assert.Equal(1, refused.Status);
        Assert.Single(refused.Error.Trim().Split('\n'));
    }

    private static async Task<JsonElement> LineAsync(KithHome home, params string[] arguments)
    {
        var result = await home.RunAsync(["--json", .. arguments]);
        Assert.True(result.Status == 0, $"{string.Join(' ', arguments)}: {result.Status} {result.Error}");
        return result.Json;
    }

    private static void HasFields(JsonElement line, params string[] fields) =>
        Assert.All(fields, field => Assert.True(line.TryGetProperty(field, out _), $"no {field} in {line}"));
}
