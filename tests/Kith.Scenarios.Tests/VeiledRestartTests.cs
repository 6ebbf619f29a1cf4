using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>Two veiled people among real nodes, none of which keeps anything for anybody. Both are killed at once: they find each other again at the meeting points that they had, which nobody could tell them anew.</summary>
public sealed class VeiledRestartTests(ITestOutputHelper output)
{
    private const int Others = 7;

    [Fact]
    public async Task BothKilled_NoHolders_MessagesGoOnAtTheSameMeetingPoints()
    {
        Assert.SkipUnless(Checkout.Full, "nine processes: the long form");
        var homes = new List<KithHome>();
        try
        {
            for (var i = 0; i < Others; i++)
                homes.Add(await StartAsync($"Node{i}", homes.FirstOrDefault()?.Address));
            var alice = await StartAsync("Alice", homes[0].Address, "--privacy", "veiled");
            homes.Add(alice);
            var bob = await StartAsync("Bob", homes[0].Address, "--privacy", "veiled");
            homes.Add(bob);
            var link = (await alice.Api.PostAsync("links", new { uses = 1 })).GetProperty("link").GetString();
            await bob.Api.PostAsync("contacts", new { link, name = "Alice" });
            await Pair.WaitForAsync(async () => (await DeliveredAsync(bob, "Alice", "forward")), "a message through forwarders", seconds: 240);
            await Pair.WaitForAsync(async () => (await DeliveredAsync(alice, "Bob", "forward")), "and back", seconds: 240);

            // From here on nobody takes anything for somebody who is away.
            foreach (var home in homes)
                Assert.Equal(0, (await home.RunAsync("--json", "room", "off")).Status);
            await Task.WhenAll(alice.KillAsync(), bob.KillAsync());
            await Task.WhenAll(alice.StartAsync("--entry", homes[0].Address), bob.StartAsync("--entry", homes[0].Address));
            var started = TimeProvider.System.GetTimestamp();
            await Pair.WaitForAsync(async () => (await DeliveredAsync(bob, "Alice", "forward")), "a message after the restart", seconds: 240);
            output.WriteLine($"delivered {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s after the start");
            await Pair.WaitForAsync(async () => (await DeliveredAsync(alice, "Bob", "forward")), "and back", seconds: 240);
        }
        finally
        {
            await Task.WhenAll(homes.Select(static home => home.DisposeAsync().AsTask()));
        }
    }

    private static async Task<KithHome> StartAsync(string name, string? entry, params string[] more)
    {
        var home = new KithHome(name);
        await home.StartAsync([.. entry is null ? Array.Empty<string>() : ["--entry", entry], .. more]);
        return home;
    }

    private static async Task<bool> DeliveredAsync(KithHome from, string to, string route)
    {
        JsonElement sent;
        try
        {
            sent = await from.Api.PostAsync($"contacts/{to}/messages", new { text = "hello", route, wait = "delivered", timeout = 5_000 });
        }
        catch (HttpRequestException)
        {
            return false;
        }

        return sent.GetProperty("state").GetString() is "delivered" or "read";
    }
}
