using System.Diagnostics;
using System.Net.Sockets;

namespace Kith.Scenarios.Tests;

/// <summary>A node as a process: how it ends, comes back, and bears bad neighbours.</summary>
public sealed class ProcessTests
{
    // The one that is timed, as others hold it to that (contract).
    [Fact]
    [Trait("run", "alone")]
    public async Task Terminated_EndsCleanlyWithinThreeSeconds()
    {
        await using var pair = await Pair.MeetAsync();
        var (took, status) = await pair.Alice.StopAsync();
        Assert.Equal(0, status);
        Assert.True(took < TimeSpan.FromSeconds(3), $"took {took}");
        Assert.False(File.Exists(Path.Combine(pair.Alice.Directory, "node.json")));
    }

    [Fact]
    public async Task SecondNodeOnOneHome_IsRefusedAndDisturbsNothing()
    {
        await using var pair = await Pair.MeetAsync();
        var second = await pair.Alice.RunAsync("up", "--api", "127.0.0.1:0");
        Assert.Equal(1, second.Status);
        Assert.Single(second.Error.Trim().Split('\n'));
        var sent = await pair.Bob.RunAsync("--json", "send", "Alice", "still there?", "--wait", "delivered");
        Assert.Equal("delivered", sent.Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task ReceiverAway_MessagesWaitAndArriveInOrder()
    {
        await using var pair = await Pair.MeetAsync();
        await pair.Bob.KillAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal(0, (await pair.Alice.RunAsync("send", "Bob", $"while away {i}", "--wait", "waiting")).Status);
        var impatient = await pair.Alice.RunAsync("--json", "send", "Bob", "and now?", "--wait", "delivered", "--timeout", "300ms");
        Assert.Equal(1, impatient.Status);
        await pair.Bob.StartAsync();
        await Pair.WaitForAsync(async () => (await pair.Bob.Api.HistoryAsync("Alice")).Count >= 21, "Bob has all of it");
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"while away {i}").Append("and now?"),
            (await pair.Bob.Api.HistoryAsync("Alice")).Select(message => message.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task BothRestarted_TheyFindEachOtherAgain()
    {
        await using var pair = await Pair.MeetAsync();
        await pair.Alice.StopAsync();
        await pair.Bob.StopAsync();
        await pair.Bob.StartAsync();
        await pair.Alice.StartAsync();
        Assert.Equal(0, (await pair.Alice.RunAsync("send", "Bob", "again", "--wait", "delivered")).Status);
        Assert.Equal(0, (await pair.Bob.RunAsync("send", "Alice", "and back", "--wait", "delivered")).Status);
    }

    [Fact]
    public async Task GarbageAndSilenceOnThePort_DisturbNobody()
    {
        await using var pair = await Pair.MeetAsync();
        var port = int.Parse(pair.Alice.Ready.GetProperty("listen").EnumerateArray().First().GetString()!.Split(':')[^1]);
        var strangers = new List<TcpClient>();
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            var stranger = new TcpClient();
            try
            {
                await stranger.ConnectAsync("127.0.0.1", port);
                if (i % 3 != 0)
                {
                    var garbage = new byte[random.Next(1, 60_000)];
                    random.NextBytes(garbage);
                    await stranger.GetStream().WriteAsync(garbage);
                }
            }
            catch (Exception refused) when (refused is SocketException or IOException)
            {
                // Refusing is a fine answer.
            }

            strangers.Add(stranger);
        }

        var sent = await pair.Bob.RunAsync("--json", "send", "Alice", "in spite of them", "--wait", "delivered");
        Assert.Equal(0, sent.Status);
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public async Task ExistingHome_AnswersOnTheApi()
    {
        await using var pair = await Pair.MeetAsync();
        await pair.Alice.StopAsync();
        var started = Stopwatch.GetTimestamp();
        await pair.Alice.StartAsync();
        var status = await pair.Alice.Api.GetAsync("status");
        TestContext.Current.TestOutputHelper?.WriteLine($"up in {Stopwatch.GetElapsedTime(started).TotalMilliseconds} ms");
        Assert.Equal("Alice", status.GetProperty("name").GetString());
    }
}
