using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>Each command with --json against real nodes: the fields, the exit status, one sentence on standard error.</summary>
public sealed class ContractTests(SharedPair shared) : IClassFixture<SharedPair>
{
    private readonly Pair _pair = shared.Pair;

    [Fact]
    public async Task Commands_PrintTheFieldsOfTheContract()
    {
        Contract.HasFields(_pair.Alice.Ready, "event", "account", "api", "page", "listen");
        Contract.HasFields(await Contract.LineAsync(_pair.Alice, "link", "--uses", "2", "--expires", "1d"), "link", "expires");
        Assert.Equal(12, (await Contract.LineAsync(_pair.Alice, "link", "--public", "--price", "12")).GetProperty("price").GetInt32());
        var contact = await BobAsync();
        Contract.HasFields(contact, "contact", "name", "verified", "online");
        Assert.True(contact.GetProperty("online").GetBoolean());
        Contract.HasFields(await Contract.LineAsync(_pair.Alice, "status"), "account", "name", "privacy", "wan", "listen", "nat", "peers", "outbox");
        Contract.HasFields(await Contract.LineAsync(_pair.Alice, "peers"), "id", "address", "direction", "connectable", "lastSeen", "rtt");
        Contract.HasFields(await Contract.LineAsync(_pair.Alice, "doctor"), "check", "ok", "detail");
        Contract.HasFields(await Contract.LineAsync(_pair.Alice, "page"), "page");
    }

    [Fact]
    public async Task SafetyNumbers_AreTheSameOnBothSides()
    {
        var alice = await Contract.LineAsync(_pair.Alice, "verify", "Bob");
        var bob = await Contract.LineAsync(_pair.Bob, "verify", "Alice");
        Assert.Equal(alice.GetProperty("safetyNumber").GetString(), bob.GetProperty("safetyNumber").GetString());
        Assert.Equal(60, alice.GetProperty("safetyNumber").GetString()!.Count(char.IsDigit));
    }

    [Fact]
    public async Task ContactByStartOfItsId_IsFound()
    {
        var id = (await BobAsync()).GetProperty("contact").GetString()!;
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
    public async Task Links_ExpiredUsedUpCutAndWithdrawn_AreRefused()
    {
        await using var carol = new KithHome("Carol");
        await carol.StartAsync();
        var brief = (await Contract.LineAsync(_pair.Alice, "link", "--expires", "1s")).GetProperty("link").GetString()!;
        var once = (await Contract.LineAsync(_pair.Alice, "link")).GetProperty("link").GetString()!;
        Assert.Equal(1, (await carol.RunAsync("add", once[..^6])).Status);
        Assert.Equal(0, (await carol.RunAsync("add", once)).Status);
        await using var dave = new KithHome("Dave");
        await dave.StartAsync();
        var usedUp = await dave.RunAsync("add", once);
        Assert.Equal(1, usedUp.Status);
        Assert.Contains("used", usedUp.Error, StringComparison.OrdinalIgnoreCase);
        await Pair.WaitForAsync(async () => (await dave.RunAsync("add", brief)) is { Status: 1 } late && late.Error.Contains("expired", StringComparison.OrdinalIgnoreCase), "the link has expired");
        var withdrawn = await Contract.LineAsync(_pair.Alice, "link");
        Assert.Equal(0, (await _pair.Alice.RunAsync("revoke", withdrawn.GetProperty("id").GetString()!)).Status);
        Assert.Equal(1, (await dave.RunAsync("add", withdrawn.GetProperty("link").GetString()!)).Status);
    }

    [Fact]
    public async Task PublicLink_MakesARequestThatIsAccepted()
    {
        await using var erin = new KithHome("Erin");
        await erin.StartAsync();
        var open = (await Contract.LineAsync(_pair.Alice, "link", "--public")).GetProperty("link").GetString()!;
        Assert.Equal(0, (await erin.RunAsync("add", open, "--timeout", "1s")).Status);
        await Pair.WaitForAsync(async () => (await _pair.Alice.RunAsync("--json", "requests")).Output.Contains("Erin", StringComparison.Ordinal), "Alice sees the request");
        Assert.Equal(0, (await _pair.Alice.RunAsync("accept", "Erin")).Status);
        await Pair.WaitForAsync(async () => (await erin.Api.GetAsync("contacts/Alice")).GetProperty("state").GetString() == "connected", "Erin is accepted");
        Assert.Equal(0, (await erin.RunAsync("send", "Alice", "thank you", "--wait", "delivered")).Status);
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

    // Alice has met others in other tests.
    private async Task<JsonElement> BobAsync() => (await _pair.Alice.RunAsync("--json", "contacts")).Lines.Single(static contact => contact.GetProperty("name").GetString() == "Bob");
}
