using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>Half of the holders are killed for good while messages wait and both people are away; the large form with its figures is <c>bench/run dropnet</c>.</summary>
public sealed class HoldersDyingTests : IAsyncLifetime
{
    private const int Holders = 14;
    private const int Messages = 200;
    private const int StartedAtOnce = 5;

    /// <summary>Whoever keeps so many bytes has the messages: other boxes hold one bundle of a link at most.</summary>
    private const long Keeping = 32 << 10;

    private static readonly TimeSpan BetweenDeaths = TimeSpan.FromSeconds(3);

    private readonly List<KithHome> _holders = [.. Enumerable.Range(0, Holders).Select(i => new KithHome($"Holder{i}"))];
    private readonly KithHome _alice = new("Alice");
    private readonly KithHome _bob = new("Bob");

    public async ValueTask InitializeAsync()
    {
        if (!Checkout.Full)
            return;
        await _holders[0].StartAsync();
        foreach (var some in _holders.Skip(1).Chunk(StartedAtOnce))
            await Task.WhenAll(some.Select(holder => holder.StartAsync("--entry", _holders[0].Address)));
        foreach (var holder in _holders)
            await Pair.WaitForAsync(async () => (await holder.Api.GetAsync("room")) is var room && room.GetProperty("offering").GetBoolean() && room.GetProperty("holders").GetInt32() >= 6, "others find the holder", 120);
    }

    public async ValueTask DisposeAsync()
    {
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await Task.WhenAll(_holders.Select(holder => holder.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task HalfOfTheHoldersAreKilledForGood_ReceiverHasEverythingInOrderAndOnce()
    {
        Assert.SkipUnless(Checkout.Full, "in the long form alone: it starts sixteen processes");
        string[] flags = ["--entry", _holders[0].Address, "--room", "off"];
        await _alice.StartAsync(flags);
        await _bob.StartAsync(flags);
        await Finding.MeetAsync(_alice, _bob);
        await _bob.StopAsync();
        for (var i = 0; i < Messages; i++)
            await _alice.Api.PostAsync("contacts/Bob/messages", new { text = $"message {i}: {new string('x', 300)}", timeout = 0 });
        await Pair.WaitForAsync(async () => (await SaidAsync(_alice, "Bob")).TrueForAll(message => message.GetProperty("state").GetString() == "stored"), "all are stored");
        await _alice.StopAsync();

        List<KithHome> living = [.. _holders];
        for (var i = 0; i < Holders / 2; i++)
        {
            // The worst: one that has the messages.
            var keeping = (await Task.WhenAll(living.Select(async holder => (Holder: holder, Used: (await holder.Api.GetAsync("room")).GetProperty("used").GetInt64())))).Where(one => one.Used >= Keeping).ToList();
            TestContext.Current.TestOutputHelper?.WriteLine($"{keeping.Count} of {living.Count} have them");
            Assert.NotEmpty(keeping);
            var victim = keeping[Random.Shared.Next(keeping.Count)].Holder;
            living.Remove(victim);
            await victim.KillAsync();
            await Task.Delay(BetweenDeaths);
        }

        await _bob.StartAsync("--entry", living[0].Address, "--room", "off");
        await Pair.WaitForAsync(async () => (await SaidAsync(_bob, "Alice")).Count >= Messages, "everything is there");
        Assert.Equal(Enumerable.Range(0, Messages), (await SaidAsync(_bob, "Alice")).Select(message => int.Parse(message.GetProperty("text").GetString()!.Split(' ', ':')[1])));
    }

    private static async Task<List<JsonElement>> SaidAsync(KithHome home, string with) =>
        [.. (await home.Api.HistoryAsync(with)).Where(message => message.GetProperty("text").GetString()!.StartsWith("message ", StringComparison.Ordinal))];
}
