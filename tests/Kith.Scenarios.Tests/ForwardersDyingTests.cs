using System.Diagnostics;
using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>Two veiled people talk while one forwarder after the other is killed and started again, and nobody keeps anything for anybody; the large form with its figures is <c>bench/run forwardnet</c>.</summary>
public sealed class ForwardersDyingTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Forwarders = 8;
    private const int StartedAtOnce = 4;
    private const int Messages = 25; // each way
    private const int Deaths = 4;
    private const int Patience = 240; // seconds, for what takes a few where the machine has time

    private static readonly TimeSpan BetweenMessages = TimeSpan.FromMilliseconds(350);
    private static readonly TimeSpan BetweenDeaths = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    private readonly KithHome _alice = new("Alice");
    private readonly KithHome _bob = new("Bob");
    private readonly List<KithHome> _forwarders = [.. Enumerable.Range(0, Forwarders).Select(static i => new KithHome($"Node{i}"))];

    private Task _dying = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // Whoever is on their way back would be started after the end.
        await _dying.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.WhenAll(_forwarders.Append(_alice).Append(_bob).Select(static home => home.DisposeAsync().AsTask()));
    }

    [Fact(Timeout = 900_000)]
    [Trait("run", "alone")]
    public async Task ForwardersKilledInTurn_EverythingArrivesOnceInOrder_AndIsAcknowledged()
    {
        var since = Stopwatch.GetTimestamp();
        await GatherAsync();
        Say("they talk through forwarders", since);

        since = Stopwatch.GetTimestamp();
        _dying = KillInTurnAsync();
        await Task.WhenAll(SendAsync(_alice, "Bob"), SendAsync(_bob, "Alice"));
        await _dying;
        Say("all were sent, and all forwarders are back", since);
        await Pair.WaitForAsync(() => IsAllAcknowledgedAsync(_alice, "Bob"), "every receipt for Alice", Patience);
        await Pair.WaitForAsync(() => IsAllAcknowledgedAsync(_bob, "Alice"), "every receipt for Bob", Patience);
        Say("all are acknowledged", since);
        await ReadAsync(_alice, "Bob");
        await ReadAsync(_bob, "Alice");
    }

    private async Task GatherAsync()
    {
        await _forwarders[0].StartAsync();
        string[] entry = ["--entry", _forwarders[0].Address];
        foreach (var some in _forwarders.Skip(1).Chunk(StartedAtOnce))
            await Task.WhenAll(some.Select(node => node.StartAsync(entry)));
        await Task.WhenAll(_alice.StartAsync([.. entry, "--privacy", "veiled"]), _bob.StartAsync([.. entry, "--privacy", "veiled"]));
        var link = (await _alice.Api.PostAsync("links", new { uses = 1 })).GetProperty("link").GetString();
        await _bob.Api.PostAsync("contacts", new { link, name = "Alice" });
        await Pair.WaitForAsync(() => IsDeliveredAsync(_bob, "Alice"), "a message through forwarders", Patience);
        await Pair.WaitForAsync(() => IsDeliveredAsync(_alice, "Bob"), "and back", Patience);

        // They met by drops. From here on forwarders are the only way that there is.
        await Task.WhenAll(_forwarders.Append(_alice).Append(_bob).Select(static home => home.Api.PutAsync("room", new { offered = 0 })));
    }

    // One after the other; each comes back a little later, so that one or two are away all the time.
    private async Task KillInTurnAsync()
    {
        var returning = new List<Task>();
        foreach (var victim in _forwarders.Take(Deaths))
        {
            await Task.Delay(BetweenDeaths);
            await victim.KillAsync();
            returning.Add(ReturnAsync(victim));
        }

        await Task.WhenAll(returning);

        static async Task ReturnAsync(KithHome victim)
        {
            await Task.Delay(Away);
            await victim.StartAsync();
        }
    }

    private static async Task SendAsync(KithHome from, string to)
    {
        for (var i = 0; i < Messages; i++)
        {
            await from.Api.PostAsync($"contacts/{to}/messages", new { text = Text(i), timeout = 0 });
            await Task.Delay(BetweenMessages);
        }
    }

    private static async Task<bool> IsAllAcknowledgedAsync(KithHome from, string to)
    {
        var sent = (await from.Api.HistoryAsync(to)).FindAll(static one => Counts(one, fromMe: true));
        Assert.Equal(Messages, sent.Count);
        return sent.TrueForAll(static one => one.GetProperty("state").GetString() is "delivered" or "read");
    }

    private static async Task ReadAsync(KithHome by, string from)
    {
        var came = (await by.Api.HistoryAsync(from)).FindAll(static one => Counts(one, fromMe: false));
        Assert.Equal(Enumerable.Range(0, Messages).Select(Text), came.Select(static one => one.GetProperty("text").GetString()));
        Assert.All(came, static one => Assert.Equal("forward", one.GetProperty("route").GetString()));
    }

    // Not the hellos by which they got to know each other.
    private static bool Counts(JsonElement message, bool fromMe) =>
        message.GetProperty("fromMe").GetBoolean() == fromMe && message.GetProperty("text").GetString()?.StartsWith("message ", StringComparison.Ordinal) == true;

    private static string Text(int number) => $"message {number}: {new string('x', 300)}";

    private static async Task<bool> IsDeliveredAsync(KithHome from, string to)
    {
        var sent = await from.Api.PostAsync($"contacts/{to}/messages", new { text = "hello", route = "forward", wait = "delivered", timeout = 5_000 });
        return sent.GetProperty("state").GetString() is "delivered" or "read";
    }

    private void Say(string what, long since) => output.WriteLine($"{what} after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
}
