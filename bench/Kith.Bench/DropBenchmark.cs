using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kith.Delivery;

namespace Kith.Bench;

/// <summary>
/// fybrrChat's experiment over drops: 500 messages, each left with six holders and fetched by a receiver who is there, one after the other; then 500 left for somebody who is away, collected when they come while
/// the sender is gone. Sender, receiver and the eight holders are in a process each (the holders share one).
/// </summary>
internal sealed class DropBenchmark : IBenchmark
{
    private const int Messages = 500;
    private const int Holders = 8;
    private const int Shortest = 50;
    private const int Longest = 500;
    private const long Room = 64L << 20;

    public string Work => "500 messages by drop to a receiver who is there, one after the other; and 500 waiting ones collected by a receiver who comes, the sender being gone";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        int[] sizes = [.. Enumerable.Range(0, Messages).Select(i => Shortest + ((Longest - Shortest) * i / (Messages - 1)))];
        using var folder = new TemporaryFolder();
        await using var holders = ChildProcess.Start("holders", folder.Path);
        var entry = await holders.ReadLineAsync();
        BenchmarkOutput.Say($"{Holders} holders, one after the other");
        var samples = new Samples();
        double whole;
        await using (var sender = await BenchNode.StartAsync(folder["sender"], "Sender", entry: entry))
        {
            var link = await sender.CreateLinkAsync();
            await using (ChildProcess.Start("node", folder["receiver"], link, "--entry=" + entry))
            {
                var peer = await sender.PeerAsync();
                await KnowHoldersAsync(sender);
                foreach (var size in sizes.Take(Messages / 10))
                    await sender.DeliverAsync(peer, ChatBenchmark.Text(size), RouteKind.Drop);
                var begun = Stopwatch.GetTimestamp();
                foreach (var size in sizes)
                {
                    var at = Stopwatch.GetTimestamp();
                    await sender.DeliverAsync(peer, ChatBenchmark.Text(size), RouteKind.Drop);
                    samples.Add(at);
                }

                whole = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }

            BenchmarkOutput.Say("500 for somebody who is away");
            var away = await sender.PeerAsync();
            var before = sender.Stored;
            foreach (var size in sizes)
                await sender.SendAsync(away, ChatBenchmark.Text(size));
            while (sender.Stored < before + Messages)
                await Task.Delay(10);
        }

        await using var receiver = ChildProcess.Start("collector", folder["receiver"], entry, Messages.ToString(CultureInfo.InvariantCulture));
        var collected = (await receiver.ReadLineAsync()).Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        output.Summarise(new JsonObject
        {
            ["bench"] = "drop",
            ["messages"] = Messages,
            ["mean"] = Samples.Round(samples.Mean),
            ["median"] = Samples.Round(samples.Median),
            ["p99"] = Samples.Round(samples.P99),
            ["total"] = Samples.Round(whole),
            ["collectedFirst"] = Samples.Round(collected[0]),
            ["collectedAll"] = Samples.Round(collected[1]),
        });
    }

    /// <summary>The holders' process; prints the way in once all of them are found.</summary>
    public static async Task<int> ServeHoldersAsync(string folder)
    {
        var nodes = new List<BenchNode>();
        for (var i = 0; i < Holders; i++)
        {
            var entry = nodes.Count == 0 ? null : $"127.0.0.1:{nodes[0].Port}";
            nodes.Add(await BenchNode.StartAsync(Path.Combine(folder, $"holder{i}"), $"Holder{i}", entry: entry, room: Room));
        }

        foreach (var node in nodes)
            await KnowHoldersAsync(node);
        Console.WriteLine($"127.0.0.1:{nodes[0].Port}");
        await Console.In.ReadLineAsync();
        foreach (var node in nodes)
            await node.DisposeAsync();
        return 0;
    }

    /// <summary>The receiver who comes: prints after how many milliseconds from its start the first message and all of them were there.</summary>
    public static async Task<int> CollectAsync(string home, string entry, int messages)
    {
        var begun = Stopwatch.GetTimestamp();
        await using var node = await BenchNode.StartAsync(home, "There", entry: entry);
        while (node.Received == 0)
            await Task.Delay(1);
        var first = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        while (node.Received < messages)
            await Task.Delay(1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first} {Stopwatch.GetElapsedTime(begun).TotalMilliseconds}"));
        await Console.In.ReadLineAsync();
        return 0;
    }

    private static async Task KnowHoldersAsync(BenchNode node)
    {
        // Itself it does not count.
        while (node.Holders < Holders - 1)
            await Task.Delay(20);
    }
}
