using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kith.Delivery;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>
/// Messages through forwarders on loopback without delay, whole nodes in a process each: over three forwarders between two open people, over six between two veiled ones (three of the sender's choice, three of the receiver's), and
/// straight between the first two, all in turns. What is counted is the time from the call to the receiver's commit, by the monotonic clock that all processes have; and, as the conversation sees it, to the receipt.
/// </summary>
internal sealed class ForwardBenchmark : IBenchmark
{
    private const int Forwarders = 8;
    private const int Messages = 300;
    private const int Turn = 10;
    private const int Size = 300;

    /// <summary>Room for drops: what veiled people are asked first is left with holders.</summary>
    private const long Room = 16L << 20;

    public string Work => "300 messages over three forwarders, 300 over six (both sides veiled) and 300 straight, in turns; whole nodes, a process each, no delay";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        List<ChildProcess> forwarders = [];
        try
        {
            string? entry = null;
            for (var i = 0; i < Forwarders; i++)
            {
                var one = entry is null ? ChildProcess.Start("forwarder", folder[$"forwarder{i}"]) : ChildProcess.Start("forwarder", folder[$"forwarder{i}"], entry);
                forwarders.Add(one);
                var address = await one.ReadLineAsync();
                entry ??= address;
            }

            BenchmarkOutput.Say($"{Forwarders} forwarders");
            await using var open = await Pair.MeetAsync(folder["open"], entry!, "open");
            await using var veiled = await Pair.MeetAsync(folder["veiled"], entry!, "veiled");
            BenchmarkOutput.Say("everybody is met by forwarders");
            (Pair Pair, RouteKind Route, Times Times)[] ways = [(open, RouteKind.Direct, new()), (open, RouteKind.Forward, new()), (veiled, RouteKind.Forward, new())];
            await SendAsync(ways, Messages / 3);
            ways = [.. ways.Select(static way => (way.Pair, way.Route, new Times()))];
            await SendAsync(ways, Messages);
            var (straight, three, six) = (ways[0].Times, ways[1].Times, ways[2].Times);
            output.Summarise(new JsonObject
            {
                ["bench"] = "forward",
                ["messages"] = Messages,
                ["hops"] = 3,
                ["median"] = Samples.Round(three.Arrival.Median),
                ["p99"] = Samples.Round(three.Arrival.P99),
                ["directMedian"] = Samples.Round(straight.Arrival.Median),
                ["directP99"] = Samples.Round(straight.Arrival.P99),
                ["ratio"] = Samples.Round(three.Arrival.Median / straight.Arrival.Median),
                ["sixMedian"] = Samples.Round(six.Arrival.Median),
                ["sixP99"] = Samples.Round(six.Arrival.P99),
                ["receiptMedian"] = Samples.Round(three.Receipt.Median),
                ["directReceiptMedian"] = Samples.Round(straight.Receipt.Median),
                ["sixReceiptMedian"] = Samples.Round(six.Receipt.Median),
            });
        }
        finally
        {
            foreach (var one in forwarders)
                await one.DisposeAsync();
        }
    }

    /// <summary>A process that forwards: prints where it is, and runs until its input closes. Arguments: the home, then the way into the overlay.</summary>
    public static async Task<int> ServeForwarderAsync(string[] arguments)
    {
        await using var node = await BenchNode.StartAsync(arguments[0], "Forwarder", entry: arguments.ElementAtOrDefault(1), room: Room);
        Console.WriteLine($"127.0.0.1:{node.Port}");
        await Console.In.ReadLineAsync();
        return 0;
    }

    /// <summary>A process that receives: prints, for each message, how many milliseconds ago it was sent. Arguments: the home, the link, the way into the overlay, the privacy setting.</summary>
    public static async Task<int> ReceiveAsync(string[] arguments)
    {
        await using var node = await BenchNode.StartAsync(arguments[0], "There", entry: arguments[2], privacy: arguments[3]);
        node.WhenReceived = static text =>
        {
            if (text.Split(' ') is [var at, ..] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt))
                Console.WriteLine(Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        };
        await node.HurryAsync();
        await KnowForwardersAsync(node);
        await node.AddAsync(arguments[1]);
        await Console.In.ReadLineAsync();
        return 0;
    }

    // In turns: all ways share whatever the machine does meanwhile.
    private static async Task SendAsync(IReadOnlyList<(Pair Pair, RouteKind Route, Times Times)> ways, int messages)
    {
        for (var sent = 0; sent < messages; sent += Turn)
        {
            foreach (var (pair, route, times) in ways)
            {
                for (var i = 0; i < Turn; i++)
                    await pair.SendAsync(route, times);
            }
        }
    }

    private static async Task KnowForwardersAsync(BenchNode node)
    {
        while (await node.CountForwardersAsync() < Forwarders - 1 || node.Holders < Forwarders - 2)
            await Task.Delay(50);
    }

    private sealed class Times
    {
        public Samples Arrival { get; } = new();

        public Samples Receipt { get; } = new();
    }

    /// <summary>Two people, one here and one in a process of its own.</summary>
    private sealed class Pair(BenchNode here, ChildProcess there, AccountId peer) : IAsyncDisposable
    {
        public static async Task<Pair> MeetAsync(string folder, string entry, string privacy)
        {
            Directory.CreateDirectory(folder);
            var here = await BenchNode.StartAsync(Path.Combine(folder, "here"), "Here", entry: entry, privacy: privacy);
            await here.HurryAsync();
            await KnowForwardersAsync(here);
            BenchmarkOutput.Say($"one who is {privacy} knows the forwarders");
            var there = ChildProcess.Start("forward-receiver", Path.Combine(folder, "there"), await here.CreateLinkAsync(), entry, privacy);
            return new Pair(here, there, await here.PeerAsync());
        }

        public async Task SendAsync(RouteKind route, Times times)
        {
            var at = Stopwatch.GetTimestamp();
            await here.DeliverAsync(peer, string.Create(CultureInfo.InvariantCulture, $"{at} {ChatBenchmark.Text(Size)}"), route);
            times.Receipt.Add(at);
            times.Arrival.AddDuration(TimeSpan.FromMilliseconds(double.Parse(await there.ReadLineAsync(), CultureInfo.InvariantCulture)));
        }

        public async ValueTask DisposeAsync()
        {
            await there.DisposeAsync();
            await here.DisposeAsync();
        }
    }
}
