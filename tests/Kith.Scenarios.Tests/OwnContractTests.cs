namespace Kith.Scenarios.Tests;

/// <summary>Commands of the contract after which two people are not as they were, or that must find nothing said before: each with two of its own.</summary>
public sealed class OwnContractTests : IAsyncLifetime
{
    private Pair _pair = null!;

    public async ValueTask InitializeAsync() => _pair = await Pair.MeetAsync();

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Fact]
    public async Task SentText_IsDeliveredAndRead()
    {
        const string Text = "Grüße, 你好, 🦊 and a second\nline";
        var sent = await Contract.LineAsync(_pair.Alice, "send", "Bob", Text, "--wait", "delivered", "--timeout", "20s");
        Contract.HasFields(sent, "id", "state", "route", "elapsed");
        Assert.Contains(sent.GetProperty("state").GetString(), new[] { "delivered", "read" });
        Assert.Equal("direct", sent.GetProperty("route").GetString());

        var read = await Contract.LineAsync(_pair.Bob, "read", "Alice");
        Contract.HasFields(read, "id", "from", "text", "sentAt", "receivedAt", "state", "route");
        Assert.Equal(Text, read.GetProperty("text").GetString());
        Assert.Equal("Alice", read.GetProperty("from").GetString());
        Assert.Equal(sent.GetProperty("id").GetString(), read.GetProperty("id").GetString());
        await Pair.WaitForAsync(async () => (await Contract.LineAsync(_pair.Alice, "read", "Bob")).GetProperty("state").GetString() == "read", "Alice sees that Bob has read it");
        Assert.Equal("me", (await Contract.LineAsync(_pair.Alice, "read", "Bob")).GetProperty("from").GetString());
        Assert.Equal("", (await _pair.Bob.RunAsync("--json", "read", "Alice", "--after", sent.GetProperty("id").GetString()!)).Output);
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
}
