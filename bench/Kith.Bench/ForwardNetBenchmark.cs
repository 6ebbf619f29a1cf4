using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>
/// Thirty real nodes, a process each: pairs of veiled people among them send each other messages at an even rate, while every two seconds a forwarder is killed (SIGKILL) and started again a few seconds later.
/// Counted is when the receiver has committed a message, by the clock that both have, and when the sender has its receipt.
/// </summary>
internal sealed class ForwardNetBenchmark : IBenchmark
{
    private const int StartedAtOnce = 5;
    private const int TextSize = 300;

    /// <summary>What the goal is measured by, milliseconds.</summary>
    private const int Soon = 3_000;

    /// <summary>What has not come so long after the last was sent is lost, seconds.</summary>
    private const int LastPatience = 120;

    public string Work => "10,000 messages between veiled people through 30 nodes, a process each, a forwarder killed every 2 s and started again (--nodes N --pairs N --messages N --rate N --every S --back S --rest S)";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var plan = new Plan(arguments);
        using var folder = new TemporaryFolder();
        List<KithProcess> forwarders = [.. Enumerable.Range(0, plan.Nodes - (2 * plan.Pairs)).Select(i => new KithProcess(folder[$"node{i}"], $"Node{i}"))];
        List<(KithProcess Sender, KithProcess Receiver)> pairs =
            [.. Enumerable.Range(0, plan.Pairs).Select(i => (new KithProcess(folder[$"sender{i}"], "Sender"), new KithProcess(folder[$"receiver{i}"], "Receiver")))];
        var all = forwarders.Concat(pairs.SelectMany(static pair => new[] { pair.Sender, pair.Receiver })).ToList();
        try
        {
            await GatherAsync(forwarders, pairs);
            await Task.Delay(TimeSpan.FromSeconds(plan.Rest));
            var before = await CountForwardedAsync(all);
            using var ending = new CancellationTokenSource();
            var killing = KillAsync(forwarders, plan, ending.Token);
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(pairs.Select((pair, index) => SendAsync(pair.Sender, index, plan)));
            var sending = Stopwatch.GetElapsedTime(started);
            BenchmarkOutput.Say($"all sent in {sending.TotalSeconds:0.0} s");
            var isAll = await WaitAsync(pairs);
            await ending.CancelAsync();
            var killed = await killing;
            output.Summarise(await DescribeAsync(pairs, plan, killed, sending, isAll, await CountForwardedAsync(all) - before));
        }
        finally
        {
            foreach (var node in all)
                await node.DisposeAsync();
        }
    }

    private static async Task GatherAsync(List<KithProcess> forwarders, List<(KithProcess Sender, KithProcess Receiver)> pairs)
    {
        await forwarders[0].StartAsync();
        string[] entry = ["--entry", forwarders[0].Address];
        foreach (var some in forwarders.Skip(1).Chunk(StartedAtOnce))
            await Task.WhenAll(some.Select(node => node.StartAsync(entry)));
        foreach (var pair in pairs)
            await Task.WhenAll(pair.Sender.StartAsync([.. entry, "--privacy", "veiled"]), pair.Receiver.StartAsync([.. entry, "--privacy", "veiled"]));
        foreach (var node in pairs.SelectMany(static pair => new[] { pair.Sender, pair.Receiver }).Concat(forwarders))
        {
            await KithProcess.UntilAsync(async () => (await node.ForwardingAsync()) is { ValueKind: JsonValueKind.Object } forwarding
                && forwarding.GetProperty("known").GetInt32() >= forwarders.Count * 3 / 4, seconds: 300);
        }

        BenchmarkOutput.Say($"{forwarders.Count} forwarders and {2 * pairs.Count} veiled people run");
        foreach (var pair in pairs)
        {
            var started = Stopwatch.GetTimestamp();
            await pair.Receiver.MeetAsync(pair.Sender);
            BenchmarkOutput.Say($"a contact added in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            await pair.Sender.PostAsync("contacts/Receiver/messages", new { text = "hello", wait = "delivered", timeout = 60_000 });
            await pair.Receiver.PostAsync("contacts/Sender/messages", new { text = "hello", wait = "delivered", timeout = 60_000 });
        }
    }

    // At an even rate, whatever comes of it.
    private static async Task SendAsync(KithProcess sender, int pair, Plan plan)
    {
        var began = Stopwatch.GetTimestamp();
        var perSecond = (double)plan.Rate / plan.Pairs;
        for (var i = pair; i < plan.Messages; i += plan.Pairs)
        {
            await sender.PostAsync("contacts/Receiver/messages", new { text = Text(i), timeout = 0 });
            var ahead = TimeSpan.FromSeconds((i / plan.Pairs) / perSecond) - Stopwatch.GetElapsedTime(began);
            if (ahead > TimeSpan.Zero)
                await Task.Delay(ahead);
        }
    }

    // A node dies every so often, at random, and is there again a little later.
    private static async Task<int> KillAsync(List<KithProcess> forwarders, Plan plan, CancellationToken cancellationToken)
    {
        var killed = 0;
        var returning = new List<Task>();
        var away = new ConcurrentDictionary<KithProcess, bool>();
        var began = Stopwatch.GetTimestamp();
        try
        {
            while (plan.Every > 0)
            {
                await Task.Delay(Max(TimeSpan.FromSeconds(plan.Every * (killed + 1)) - Stopwatch.GetElapsedTime(began)), cancellationToken);
                // Those that are on their way back are left alone.
                var running = forwarders.FindAll(one => !away.ContainsKey(one));
                var victim = running[Random.Shared.Next(running.Count)];
                away[victim] = true;
                await victim.KillAsync();
                killed++;
                returning.RemoveAll(static one => one.IsCompletedSuccessfully);
                returning.Add(ReturnAsync(victim));
            }
        }
        catch (OperationCanceledException)
        {
            // Everything is there, or is taken for lost.
        }

        await Task.WhenAll(returning);
        return killed;

        static TimeSpan Max(TimeSpan pause) => pause > TimeSpan.Zero ? pause : TimeSpan.Zero;

        async Task ReturnAsync(KithProcess victim)
        {
            await Task.Delay(TimeSpan.FromSeconds(plan.Back), CancellationToken.None);
            await victim.StartAsync();
            away.TryRemove(victim, out _);
        }
    }

    private static async Task<bool> WaitAsync(List<(KithProcess Sender, KithProcess Receiver)> pairs)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < LastPatience)
        {
            var waiting = 0;
            foreach (var pair in pairs)
                waiting += (await pair.Sender.GetAsync("status")).GetProperty("outbox").GetInt32();
            if (waiting == 0)
                return true;
            BenchmarkOutput.Say($"{waiting} wait for their receipts");
            await Task.Delay(1_000);
        }

        return false;
    }

    private static async Task<long> CountForwardedAsync(List<KithProcess> nodes)
    {
        var all = 0L;
        foreach (var node in nodes.Where(static one => one.IsRunning))
        {
            if (await node.ForwardingAsync() is { ValueKind: JsonValueKind.Object } forwarding)
                all += forwarding.GetProperty("sent").GetInt64();
        }

        return all;
    }

    private static async Task<JsonObject> DescribeAsync(List<(KithProcess Sender, KithProcess Receiver)> pairs, Plan plan, int killed, TimeSpan sending, bool isAll, long packets)
    {
        var times = new Samples();
        var (arrived, twice, delivered, outOfOrder, soon) = (0, 0, 0, 0, 0);
        var routes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var came = (await pair.Receiver.HistoryAsync("Sender")).Where(static message => Number(message) >= 0).ToList();
            var numbers = came.ConvertAll(Number);
            arrived += numbers.Distinct().Count();
            twice += numbers.Count - numbers.Distinct().Count();
            outOfOrder += numbers.Zip(numbers.Skip(1)).Count(static two => two.First > two.Second);
            foreach (var message in came)
            {
                var took = message.GetProperty("receivedAt").GetInt64() - message.GetProperty("sentAt").GetInt64();
                times.AddDuration(TimeSpan.FromMilliseconds(took));
                soon += took <= Soon ? 1 : 0;
                var route = message.GetProperty("route").GetString() ?? "none";
                routes[route] = routes.GetValueOrDefault(route) + 1;
                if (took > Soon)
                    BenchmarkOutput.Say($"late: {Number(message)} by {route}, {took} ms, sent at {message.GetProperty("sentAt").GetInt64() % 10_000_000}");
            }

            delivered += (await pair.Sender.HistoryAsync("Receiver")).Count(static message => Number(message) >= 0 && message.GetProperty("state").GetString() is "delivered" or "read");
        }

        return new JsonObject
        {
            ["bench"] = "forwardnet",
            ["nodes"] = plan.Nodes,
            ["pairs"] = plan.Pairs,
            ["messages"] = plan.Messages,
            ["rate"] = plan.Rate,
            ["killed"] = killed,
            ["arrived"] = arrived,
            ["lost"] = plan.Messages - arrived,
            ["twice"] = twice,
            ["outOfOrder"] = outOfOrder,
            ["delivered"] = delivered,
            ["allReceipts"] = isAll,
            ["routes"] = string.Join(' ', routes.Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}:{one.Value}"))),
            ["median"] = Samples.Round(times.Median),
            ["p99"] = Samples.Round(times.P99),
            ["most"] = Samples.Round(times.Most),
            ["within3s"] = Samples.Round((double)soon / plan.Messages),
            ["sending"] = Samples.Round(sending.TotalMilliseconds),
            ["packetsOfTheirOwn"] = packets,
        };
    }

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"message {number:00000} {ChatBenchmark.Text(TextSize)}");

    private static int Number(JsonElement message) =>
        message.GetProperty("text").GetString() is { } text && text.StartsWith("message ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(8, 5), CultureInfo.InvariantCulture) : -1;

    /// <summary>What is asked for.</summary>
    private sealed class Plan(IReadOnlyList<string> arguments)
    {
        /// <summary>All nodes, people among them.</summary>
        public int Nodes { get; } = Value(arguments, "--nodes", 30);

        /// <summary>Pairs of people, one of whom sends to the other.</summary>
        public int Pairs { get; } = Value(arguments, "--pairs", 2);

        public int Messages { get; } = Value(arguments, "--messages", 10_000);

        /// <summary>Messages a second, of all pairs together.</summary>
        public int Rate { get; } = Value(arguments, "--rate", 25);

        /// <summary>Seconds between two deaths; 0 for none.</summary>
        public int Every { get; } = Value(arguments, "--every", 2);

        /// <summary>Seconds from a death until the node is started again.</summary>
        public int Back { get; } = Value(arguments, "--back", 3);

        /// <summary>Seconds before the first message.</summary>
        public int Rest { get; } = Value(arguments, "--rest", 10);

        private static int Value(IReadOnlyList<string> arguments, string name, int otherwise)
        {
            var at = arguments.ToList().IndexOf(name);
            return at < 0 || at + 1 >= arguments.Count ? otherwise : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
        }
    }
}
