using System.Diagnostics;
using Kith.Transport.Tests.Tor;

namespace Kith.Scenarios.Tests;

/// <summary>Two people who use Tor alone and are never there together, over a private Tor network: what one leaves with holders the other fetches, both through nodes that let them in at onion addresses.</summary>
public sealed class OnionDropTests(ITestOutputHelper output)
{
    private const int Holders = 7;
    private const int Doors = 3;

    [Fact]
    [Trait("run", "clock")]
    public async Task TwoUnderOnion_WhoAreNeverThereTogether_LoseNothing()
    {
        Assert.SkipUnless(Checkout.Full, "it takes minutes: the long form runs it");
        await using var tor = await TorNetwork.StartAsync();
        List<KithHome> holders = [.. Enumerable.Range(0, Holders).Select(i => new KithHome($"Holder{i}"))];
        await using var alice = new KithHome("Alice");
        await using var bob = new KithHome("Bob");
        try
        {
            await StartAsync(holders, tor.ClientFile);
            string[] hidden = ["--privacy", "onion", "--tor-lines", tor.ClientFile, .. (await DoorsAsync(holders)).SelectMany(door => new[] { "--entry", door })];
            await Task.WhenAll(alice.StartAsync(hidden), bob.StartAsync(hidden));
            foreach (var home in (KithHome[])[alice, bob])
                await Pair.WaitForAsync(async () => (await home.RunAsync("--json", "status")).Json.GetProperty("tor").GetProperty("published").GetBoolean(), "its onion service is published", 240);
            await Finding.MeetAsync(alice, bob);

            await bob.StopAsync();
            await LeaveAsync(alice, "Bob", "from Alice");
            await alice.StopAsync();
            await bob.StartAsync(hidden);
            await HasAsync(bob, "Alice", "from Alice");
            await LeaveAsync(bob, "Alice", "from Bob");
            await bob.StopAsync();
            await alice.StartAsync(hidden);
            await HasAsync(alice, "Bob", "from Bob");
        }
        finally
        {
            await Task.WhenAll(holders.Select(holder => holder.DisposeAsync().AsTask()));
        }
    }

    private static async Task StartAsync(List<KithHome> holders, string torLines)
    {
        string[] serve = ["--tor", "serve", "--tor-lines", torLines];
        await holders[0].StartAsync(serve);
        await Task.WhenAll(holders.Skip(1).Select((holder, i) => holder.StartAsync(["--entry", holders[0].Address, .. i + 1 < Doors ? serve : []])));
        foreach (var holder in holders)
            await Pair.WaitForAsync(async () => (await holder.Api.GetAsync("room")).GetProperty("offering").GetBoolean(), "others find the holder");
    }

    private static async Task<string[]> DoorsAsync(List<KithHome> holders)
    {
        var doors = new List<string>();
        foreach (var holder in holders.Take(Doors))
        {
            await Pair.WaitForAsync(async () => (await holder.Api.GetAsync("tor-entry")).GetProperty("published").GetBoolean(), "strangers can come in", 240);
            doors.Add((await holder.Api.GetAsync("tor-entry")).GetProperty("address").GetString()!);
        }

        return [.. doors];
    }

    private async Task LeaveAsync(KithHome from, string to, string text)
    {
        var started = Stopwatch.GetTimestamp();
        var sent = await from.RunAsync("--json", "send", to, text, "--route", "drop", "--wait", "stored", "--timeout", "120s");
        Assert.True(sent.Status == 0, sent.Error);
        Assert.Equal("drop", sent.Json.GetProperty("route").GetString());
        output.WriteLine($"stored after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private async Task HasAsync(KithHome home, string from, string text)
    {
        var started = Stopwatch.GetTimestamp();
        await Pair.WaitForAsync(async () => (await home.Api.HistoryAsync(from)).Any(message => message.GetProperty("text").GetString() == text), $"what {from} left", 240);
        output.WriteLine($"there {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the start");
    }
}
