using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>SIGKILL at random moments while messages flow both ways: none lost, none twice, order kept.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    // Each kill is a new start of the program, which is what takes the time.
    private static readonly int Kills = Checkout.Full ? 100 : 10;
    private static readonly int Messages = Kills * 100;

    [Fact]
    public async Task KilledAtRandomMoments_NothingIsLostOrTwiceOrOutOfOrder()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var pair = await Pair.MeetAsync();
        var alice = new Writer(pair.Alice, "Bob", "a");
        var bob = new Writer(pair.Bob, "Alice", "b");

        for (var kill = 0; kill < Kills; kill++)
        {
            // Each round both write their share; one of the two is killed somewhere in the middle of it and comes back.
            var upTo = Messages / 2 * (kill + 1) / Kills;
            var writing = Task.WhenAll(alice.WriteAsync(upTo), bob.WriteAsync(upTo));
            await Task.Delay(random.Next(0, 150));
            var victim = random.Next(2) == 0 ? pair.Alice : pair.Bob;
            await victim.KillAsync();
            await victim.StartAsync();
            await writing;
        }

        await Pair.WaitForAsync(
            async () => await WaitingAsync(pair.Alice) == 0 && await WaitingAsync(pair.Bob) == 0, "both outboxes are empty", seconds: 180);
        var seenByAlice = await pair.Alice.Api.HistoryAsync("Bob");
        var seenByBob = await pair.Bob.Api.HistoryAsync("Alice");
        Assert.Equal(Ids(seenByAlice), Ids(seenByBob));
        Assert.Equal(Expected("a"), Texts(seenByBob, fromMe: false));
        Assert.Equal(Expected("b"), Texts(seenByAlice, fromMe: false));
    }

    private static async Task<int> WaitingAsync(KithHome home) => (await home.Api.GetAsync("status")).GetProperty("outbox").GetInt32();

    private static IEnumerable<string> Expected(string prefix) => Enumerable.Range(1, Messages / 2).Select(number => $"{prefix} {number}");

    private static IEnumerable<string> Ids(List<JsonElement> history) => history.Select(message => message.GetProperty("id").GetString()!);

    private static IEnumerable<string> Texts(List<JsonElement> history, bool fromMe) => history
        .Where(message => message.GetProperty("fromMe").GetBoolean() == fromMe)
        .Select(message => message.GetProperty("text").GetString()!);

    /// <summary>Writes numbered messages through the API. After a crash it looks up what was committed, as an answer may have been lost with the node.</summary>
    private sealed class Writer(KithHome home, string contact, string prefix)
    {
        private int _next = 1;

        public async Task WriteAsync(int upTo)
        {
            while (_next <= upTo)
            {
                try
                {
                    await home.Api.PostAsync($"contacts/{contact}/messages", new { text = $"{prefix} {_next}", wait = "waiting" });
                    _next++;
                }
                catch (HttpRequestException)
                {
                    await Pair.WaitForAsync(FindPlaceAsync, "the node is back");
                }
            }
        }

        private async Task<bool> FindPlaceAsync()
        {
            var newest = await home.Api.GetAsync($"contacts/{contact}/messages?limit=200");
            var committed = newest.GetProperty("messages").EnumerateArray()
                .Where(message => message.GetProperty("fromMe").GetBoolean())
                .Select(message => int.Parse(message.GetProperty("text").GetString()!.Split(' ')[1]));
            _next = Math.Max(_next, committed.DefaultIfEmpty().Max() + 1);
            return true;
        }
    }
}
