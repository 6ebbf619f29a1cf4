using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>
/// A network of real nodes, a process each, in which half of the holders are killed for good while messages wait: they are left for somebody who is away, the sender goes too, a holder dies every few seconds
/// (each time one that the messages lie on), and the receiver comes.
/// </summary>
internal sealed class DropNetBenchmark : IBenchmark
{
    private const int StartedAtOnce = 5;

    /// <summary>Whoever keeps so many bytes has the messages' box: other boxes are empty, or hold one bundle of a link.</summary>
    private const long Keeping = 64 << 10;

    public string Work => "1,000 messages wait while half of 30 nodes, a process each, are killed for good (--nodes N --messages N --rest S --every S --random)";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var plan = new Plan(arguments);
        using var folder = new TemporaryFolder();
        List<KithProcess> holders = [.. Enumerable.Range(0, plan.Nodes).Select(i => new KithProcess(folder[$"holder{i}"], $"Holder{i}"))];
        await using var sender = new KithProcess(folder["sender"], "Sender");
        await using var receiver = new KithProcess(folder["receiver"], "Receiver");
        try
        {
            await GatherAsync(holders);
            string[] flags = ["--entry", holders[0].Address, "--room", "off"];
            await sender.StartAsync(flags);
            await receiver.StartAsync(flags);
            await receiver.MeetAsync(sender);
            await receiver.StopAsync();
            var storing = Stopwatch.GetTimestamp();
            await LeaveAsync(sender, plan.Messages);
            var stored = Stopwatch.GetElapsedTime(storing);
            await sender.StopAsync();
            BenchmarkOutput.Say($"{plan.Messages} messages left in {stored.TotalSeconds:0.0} s; both are gone for {plan.Rest} s");
            await Task.Delay(TimeSpan.FromSeconds(plan.Rest));
            var keepers = await KillHalfAsync(holders, plan);
            var living = holders.FindAll(static holder => holder.IsRunning);
            var copies = await CountKeepersAsync(living);
            var started = Stopwatch.GetTimestamp();
            await receiver.StartAsync("--entry", living[0].Address, "--room", "off");
            var arrival = await ArrivalAsync(receiver, plan.Messages);
            var texts = (await receiver.HistoryAsync("Sender")).Where(static message => !message.GetProperty("fromMe").GetBoolean()).Select(Number).Where(static number => number >= 0).ToList();
            output.Summarise(new JsonObject
            {
                ["bench"] = "dropnet",
                ["nodes"] = plan.Nodes,
                ["killed"] = plan.Nodes - living.Count,
                ["killedThatKept"] = keepers,
                ["every"] = plan.Every,
                ["rest"] = plan.Rest,
                ["messages"] = plan.Messages,
                ["lost"] = plan.Messages - texts.Distinct().Count(),
                ["twice"] = texts.Count - texts.Distinct().Count(),
                ["outOfOrder"] = texts.Zip(texts.Skip(1)).Count(static pair => pair.First > pair.Second),
                ["holdersAtTheEnd"] = copies,
                ["storing"] = Samples.Round(stored.TotalMilliseconds),
                ["starting"] = Samples.Round(Stopwatch.GetElapsedTime(started, receiver.ReadyAt).TotalMilliseconds),
                ["connected"] = Samples.Round(arrival.Connected),
                ["first"] = Samples.Round(arrival.First),
                ["everything"] = Samples.Round(arrival.All),
            });
        }
        finally
        {
            foreach (var holder in holders)
                await holder.DisposeAsync();
        }
    }

    private static async Task GatherAsync(List<KithProcess> holders)
    {
        await holders[0].StartAsync();
        foreach (var some in holders.Skip(1).Chunk(StartedAtOnce))
            await Task.WhenAll(some.Select(holder => holder.StartAsync("--entry", holders[0].Address)));
        foreach (var holder in holders)
        {
            await KithProcess.UntilAsync(async () =>
            {
                var (known, isOffering) = await holder.RoomAsync();
                return isOffering && known >= Math.Min(holders.Count - 1, 6);
            }, seconds: 600);
        }

        BenchmarkOutput.Say($"{holders.Count} nodes run and know holders");
    }

    private static async Task LeaveAsync(KithProcess sender, int messages)
    {
        for (var i = 0; i < messages; i++)
            await sender.PostAsync("contacts/Receiver/messages", new { text = Text(i), timeout = 0 });
        await KithProcess.UntilAsync(
            async () => (await sender.HistoryAsync("Receiver")).Where(static message => Number(message) >= 0).All(static message => message.GetProperty("state").GetString() == "stored"), pause: 200);
    }

    // One every few seconds, for good; counts those that had boxes.
    private static async Task<int> KillHalfAsync(List<KithProcess> holders, Plan plan)
    {
        var keepers = 0;
        for (var i = 0; i < plan.Nodes / 2; i++)
        {
            var next = Stopwatch.GetTimestamp();
            var living = holders.FindAll(static holder => holder.IsRunning);
            var kept = await Task.WhenAll(living.Select(static async holder => (Holder: holder, Bytes: await holder.KeptAsync())));
            var keeping = kept.Where(one => one.Bytes >= Keeping).ToList();
            var victim = plan.IsRandom || keeping.Count == 0 ? kept[Random.Shared.Next(kept.Length)] : keeping[Random.Shared.Next(keeping.Count)];
            keepers += victim.Bytes >= Keeping ? 1 : 0;
            BenchmarkOutput.Say($"killing one that keeps {victim.Bytes} bytes; {keeping.Count} of {living.Count} keep the messages");
            await victim.Holder.KillAsync();
            var rest = TimeSpan.FromSeconds(plan.Every) - Stopwatch.GetElapsedTime(next);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest);
        }

        return keepers;
    }

    private static async Task<int> CountKeepersAsync(List<KithProcess> holders) =>
        (await Task.WhenAll(holders.Select(static holder => holder.KeptAsync()))).Count(static bytes => bytes >= Keeping);

    // Milliseconds from when the receiver was ready; what is not there after a minute and a half is lost.
    private static async Task<(double Connected, double First, double All)> ArrivalAsync(KithProcess receiver, int messages)
    {
        var (connected, first) = (-1.0, -1.0);
        while (true)
        {
            var elapsed = Stopwatch.GetElapsedTime(receiver.ReadyAt).TotalMilliseconds;
            if (connected < 0 && (await receiver.GetAsync("room")).GetProperty("holders").GetInt32() > 0)
                connected = elapsed;
            var unread = (await receiver.GetAsync("contacts/Sender")).GetProperty("unread").GetInt32();
            if (first < 0 && unread > 0)
                first = elapsed;
            if (unread >= messages || elapsed > 90_000)
                return (connected, first, Stopwatch.GetElapsedTime(receiver.ReadyAt).TotalMilliseconds);
            await Task.Delay(5);
        }
    }

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"message {number:0000} {ChatBenchmark.Text(50 + (number * 450 / 1_000))}");

    private static int Number(JsonElement message) =>
        message.GetProperty("text").GetString() is { } text && text.StartsWith("message ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(8, 4), CultureInfo.InvariantCulture) : -1;

    /// <summary>What is asked for.</summary>
    private sealed class Plan(IReadOnlyList<string> arguments)
    {
        public int Nodes { get; } = Value(arguments, "--nodes", 30);

        public int Messages { get; } = Value(arguments, "--messages", 1_000);

        /// <summary>Seconds between two deaths.</summary>
        public int Every { get; } = Value(arguments, "--every", 3);

        /// <summary>Seconds between the sender's going and the first death.</summary>
        public int Rest { get; } = Value(arguments, "--rest", 60);

        /// <summary>Whether anybody dies, rather than one that keeps the most.</summary>
        public bool IsRandom { get; } = arguments.Contains("--random");

        private static int Value(IReadOnlyList<string> arguments, string name, int otherwise)
        {
            var at = arguments.ToList().IndexOf(name);
            return at < 0 || at + 1 >= arguments.Count ? otherwise : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
        }
    }
}
