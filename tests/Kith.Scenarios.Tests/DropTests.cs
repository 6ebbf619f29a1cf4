using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kith.Scenarios.Tests;

/// <summary>Messages for those who are away, between real processes: left with holders, and found there.</summary>
public sealed class DropTests(SharedHolders holders) : IAsyncLifetime, IClassFixture<SharedHolders>
{
    /// <summary>How long the two take turns: a minute in the long form.</summary>
    private static readonly TimeSpan Conversation = TimeSpan.FromSeconds(Checkout.Full ? 60 : 4);

    private readonly IReadOnlyList<KithHome> _holders = holders.Homes;
    private readonly KithHome _alice = new("Alice");
    private readonly KithHome _bob = new("Bob");

    private string[] Entry => ["--entry", _holders[0].Address, "--room", "off"];

    // A test before may have left some of them killed.
    public async ValueTask InitializeAsync() => await holders.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [Fact]
    public async Task TwoWhoAreNeverThereTogether_TalkInOrderAndOnce()
    {
        await MeetAsync();
        await _bob.StopAsync();
        string[] first = [.. Enumerable.Range(0, 5).Select(i => $"from Alice {i}")];
        foreach (var text in first)
            await LeaveAsync(_alice, "Bob", text);
        await _alice.StopAsync();

        await _bob.StartAsync(Entry);
        var started = Stopwatch.GetTimestamp();
        await HasAsync(_bob, "Alice", first);
        TestContext.Current.TestOutputHelper?.WriteLine($"there after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
        string[] second = ["from Bob 0", "from Bob 1"];
        foreach (var text in second)
            await LeaveAsync(_bob, "Alice", text);
        await _bob.StopAsync();

        await _alice.StartAsync(Entry);
        await HasAsync(_alice, "Bob", second);
        // The receipts came the same way.
        await Pair.WaitForAsync(async () => (await MessagesAsync(_alice, "Bob")).Where(IsMine).All(message => State(message) == "delivered"), "Alice knows that Bob has them");
        Assert.Equal(first, (await MessagesAsync(_alice, "Bob")).Where(IsMine).Select(Text));
        Assert.Equal("drop", (await MessagesAsync(_alice, "Bob")).First(IsMine).GetProperty("route").GetString());
        await AlmostNothingCameStraightAsync();
    }

    [Fact]
    public async Task TwoWhoAreNeverThereTogether_TalkOnAndOn_NothingIsLostTwiceOrOutOfOrder()
    {
        await MeetAsync();
        await _bob.StopAsync();
        var (here, away, rounds) = ((Home: _alice, Name: "Alice"), (Home: _bob, Name: "Bob"), 0);
        var said = new Dictionary<string, List<string>> { ["Alice"] = [], ["Bob"] = [] };
        var begun = Stopwatch.GetTimestamp();
        while (rounds < 2 || Stopwatch.GetElapsedTime(begun) < Conversation)
        {
            // Whoever comes reads what is there, answers, and goes.
            await HasAsync(here.Home, away.Name, [.. said[away.Name]]);
            for (var i = 0; i < 3; i++)
            {
                var text = $"from {here.Name} {said[here.Name].Count}";
                said[here.Name].Add(text);
                await here.Home.Api.PostAsync($"contacts/{away.Name}/messages", new { text, wait = i < 2 ? "waiting" : "stored", timeout = 30_000 });
            }

            await Pair.WaitForAsync(async () => (await MessagesAsync(here.Home, away.Name)).Where(IsMine).All(message => State(message) != "waiting"), "all that was said is stored");
            await here.Home.StopAsync();
            (here, away, rounds) = (away, here, rounds + 1);
            await here.Home.StartAsync(Entry);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} visits, {said.Values.Sum(texts => texts.Count)} messages in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        await HasAsync(here.Home, away.Name, [.. said[away.Name]]);
        await here.Home.StopAsync();
        await away.Home.StartAsync(Entry);
        await HasAsync(away.Home, here.Name, [.. said[here.Name]]);
        Assert.Equal(said[away.Name], (await MessagesAsync(away.Home, here.Name)).Where(IsMine).Select(Text));
    }

    [Fact]
    public async Task HoldersThatAreKilledAndComeBack_HaveEverything()
    {
        await MeetAsync();
        await _bob.StopAsync();
        await LeaveAsync(_alice, "Bob", "kept");
        await _alice.StopAsync();
        foreach (var holder in _holders)
            await holder.KillAsync();
        await holders.StartAsync();
        await _bob.StartAsync(Entry);
        await HasAsync(_bob, "Alice", ["kept"]);
    }

    [Fact]
    public async Task RouteDrop_BetweenTwoWhoAreThere_GoesByHolders()
    {
        await MeetAsync();
        var sent = await _alice.RunAsync("--json", "send", "Bob", "the long way", "--route", "drop", "--wait", "delivered", "--timeout", "30s");
        Assert.True(sent.Status == 0, sent.Error);
        Assert.Equal("drop", sent.Json.GetProperty("route").GetString());
        await HasAsync(_bob, "Alice", ["the long way"]);
    }

    [Fact]
    public async Task Room_IsOfferedKeptAndShown()
    {
        var home = _holders[1];
        Assert.Equal(256L << 20, (await home.RunAsync("--json", "status")).Json.GetProperty("room").GetProperty("offered").GetInt64());
        Assert.Equal(512L << 20, (await home.RunAsync("--json", "room", "512M")).Json.GetProperty("offered").GetInt64());
        await home.StopAsync();
        await home.StartAsync("--entry", _holders[0].Address);
        var room = (await home.RunAsync("--json", "room")).Json;
        Assert.Equal(512L << 20, room.GetProperty("offered").GetInt64());
        Assert.Equal(2, (await home.RunAsync("room", "lots")).Status);
        Assert.Contains((await home.RunAsync("--json", "doctor")).Lines, line => line.GetProperty("check").GetString() == "drops");
    }

    private async Task MeetAsync()
    {
        await _alice.StartAsync(Entry);
        await _bob.StartAsync(Entry);
        await Finding.MeetAsync(_alice, _bob);
    }

    // Neither Alice nor Bob keeps anything for others, so whatever of theirs came straight is counted; so is what a holder puts by TCP to repair. That nothing of theirs does is tested in one process (MailboxHostTests).
    private async Task AlmostNothingCameStraightAsync()
    {
        var (through, straight) = (0, 0);
        foreach (var holder in _holders)
        {
            var says = (await holder.RunAsync("--json", "doctor")).Lines.Single(line => line.GetProperty("check").GetString() == "drops").GetRawText();
            var counts = Regex.Match(says, @"Since it started (\d+) requests about them came through other nodes and (\d+) straight from who asked, and it passed (\d+) on");
            Assert.True(counts.Success, says);
            through += int.Parse(counts.Groups[1].Value, CultureInfo.InvariantCulture);
            straight += int.Parse(counts.Groups[2].Value, CultureInfo.InvariantCulture);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{through} came through others, {straight} straight");
        Assert.True(through > 0 && straight * 5 <= through, $"{through} came through others, {straight} straight");
    }

    private static async Task LeaveAsync(KithHome from, string to, string text)
    {
        var sent = await from.RunAsync("--json", "send", to, text, "--wait", "stored", "--timeout", "30s");
        Assert.True(sent.Status == 0, sent.Error);
        Assert.Equal("drop", sent.Json.GetProperty("route").GetString());
    }

    private static async Task HasAsync(KithHome home, string from, string[] texts)
    {
        await Pair.WaitForAsync(async () => (await MessagesAsync(home, from)).Count(message => !IsMine(message) && texts.Contains(Text(message))) >= texts.Length, $"{texts.Length} messages of {from}'s");
        Assert.Equal(texts, (await MessagesAsync(home, from)).Where(message => !IsMine(message) && texts.Contains(Text(message))).Select(Text));
    }

    private static async Task<List<JsonElement>> MessagesAsync(KithHome home, string with) =>
        [.. (await home.Api.HistoryAsync(with)).Where(message => Text(message).StartsWith("from ", StringComparison.Ordinal) || Text(message) is "kept" or "the long way")];

    private static bool IsMine(JsonElement message) => message.GetProperty("fromMe").GetBoolean();

    private static string Text(JsonElement message) => message.GetProperty("text").GetString() ?? "";

    private static string State(JsonElement message) => message.GetProperty("state").GetString()!;
}
