using System.Diagnostics;
using System.Text.RegularExpressions;
using Kith.Transport.Tests.Tor;

namespace Kith.Scenarios.Tests;

/// <summary>Somebody who is to be found nowhere, and somebody who has no Tor: forwarders carry what they say, some of which take people in through Tor (docs/protocol/paths.md, "Through Tor alone"). Over a private Tor network.</summary>
public sealed partial class OnionForwardTests(ITestOutputHelper output)
{
    private const int AtOnions = 4;
    private const int Others = 4;
    private const int Messages = 5;

    [Fact]
    [Trait("run", "clock")]
    public async Task OnionPerson_TalksBothWaysWithSomebodyWithoutTor()
    {
        Assert.SkipUnless(Checkout.Full, "the full form runs this: it takes a private Tor network and five Tors");
        await using var tor = await TorNetwork.StartAsync();
        var homes = new List<KithHome>();
        try
        {
            // Nobody keeps anything for anybody: what waits longer than a moment for forwarders would be left with holders.
            string[] quiet = ["--no-lan", "--no-mainline", "--room", "off"];
            var first = new KithHome("F0") { NetworkFlags = [.. quiet, "--tor", "serve", "--tor-lines", tor.ClientFile] };
            homes.Add(first);
            await first.StartAsync();
            string[] network = [.. quiet, "--entry", first.Address];
            for (var i = 1; i < AtOnions + Others; i++)
            {
                var home = new KithHome($"F{i}") { NetworkFlags = i < AtOnions ? [.. network, "--tor", "serve", "--tor-lines", tor.ClientFile] : network };
                homes.Add(home);
                await home.StartAsync();
            }

            var entries = new List<string>();
            foreach (var home in homes.Take(2))
                entries.Add(await EntryAsync(home));
            // Nobody is there: such a Tor is never ready.
            var alice = new KithHome("Alice") { NetworkFlags = [.. network, "--tor-control", "127.0.0.1:1"] };
            var bob = new KithHome("Bob") { NetworkFlags = [.. network, "--tor-lines", tor.ClientFile, .. entries.SelectMany(static entry => (string[])["--entry", entry])] };
            homes.AddRange([alice, bob]);
            await Task.WhenAll(alice.StartAsync(), bob.StartAsync());
            await Finding.MeetAsync(alice, bob);
            // By forwarders once, so that each knows where the other is met.
            await SayAsync(alice, "Bob", "by forwarders", "forward");
            await SayAsync(bob, "Alice", "by forwarders", "forward");
            var before = (await alice.RunAsync("--json", "read", "Bob")).Lines.Count;

            var hidden = await bob.RunAsync("privacy", "onion");
            Assert.True(hidden.Status == 0, hidden.Error);
            var since = Stopwatch.GetTimestamp();
            await SayAsync(bob, "Alice", "from nowhere", "auto");
            output.WriteLine($"the first message, from the change of the setting on: {Stopwatch.GetElapsedTime(since)}");
            for (var i = 0; i < Messages; i++)
            {
                await SayAsync(alice, "Bob", $"to nowhere {i}", "auto");
                await SayAsync(bob, "Alice", $"from nowhere {i}", "auto");
            }

            var read = (await alice.RunAsync("--json", "read", "Bob")).Lines.Skip(before).ToList();
            Assert.Equal((2 * Messages) + 1, read.Count);
            Assert.All(read, line => Assert.Equal("forward", line.GetProperty("route").GetString()));
            var status = (await bob.RunAsync("--json", "status")).Json;
            Assert.Empty(status.GetProperty("listen").EnumerateArray());
            Assert.False(status.GetProperty("forwarding").GetProperty("forwards").GetBoolean());
        }
        finally
        {
            foreach (var home in homes)
                await home.DisposeAsync();
        }
    }

    private static async Task SayAsync(KithHome from, string to, string text, string route)
    {
        var sent = await from.RunAsync("--json", "send", to, text, "--route", route, "--wait", "delivered", "--timeout", "120s");
        Assert.True(sent.Status == 0, sent.Error);
    }

    private static async Task<string> EntryAsync(KithHome home)
    {
        var entry = "";
        await Pair.WaitForAsync(
            async () =>
            {
                var checks = (await home.RunAsync("--json", "doctor")).Lines;
                var own = checks.FirstOrDefault(static line => line.GetProperty("check").GetString() == "tor-entry");
                if (own.ValueKind != System.Text.Json.JsonValueKind.Object || !own.GetProperty("ok").GetBoolean())
                    return false;
                entry = Address().Match(own.GetProperty("detail").GetString()!).Value;
                return entry.Length > 0;
            },
            "people who use Tor alone may come in",
            240);
        return entry;
    }

    [GeneratedRegex(@"onion/[a-z2-7]{56}:[0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
