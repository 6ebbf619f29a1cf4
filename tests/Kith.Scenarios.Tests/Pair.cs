using System.Diagnostics;

namespace Kith.Scenarios.Tests;

/// <summary>Alice and Bob, each with a running node, who know each other.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(KithHome alice, KithHome bob)
    {
        Alice = alice;
        Bob = bob;
    }

    public KithHome Alice { get; }

    public KithHome Bob { get; }

    public static async Task<Pair> MeetAsync()
    {
        var pair = new Pair(new KithHome("Alice"), new KithHome("Bob"));
        await pair.Alice.StartAsync();
        await pair.Bob.StartAsync();
        var link = (await pair.Alice.RunAsync("--json", "link")).Json.GetProperty("link").GetString()!;
        var added = await pair.Bob.RunAsync("--json", "add", link);
        Assert.Equal(0, added.Status);
        await WaitForAsync(async () => (await pair.Bob.Api.GetAsync("contacts/Alice")).GetProperty("state").GetString() == "connected", "Bob knows Alice");
        await WaitForAsync(async () => (await pair.Alice.Api.GetAsync("contacts/Bob")).GetProperty("state").GetString() == "connected", "Alice knows Bob");
        return pair;
    }

    /// <summary>Asks until it is so: for what another process does there is no event to wait for.</summary>
    public static async Task WaitForAsync(Func<Task<bool>> condition, string what, int seconds = 150)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
            {
                // The node is not back yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
