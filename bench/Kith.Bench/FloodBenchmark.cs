using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>A conversation while strangers without a proven address ask the node for 50,000 handshakes a second, beside the same conversation in quiet.</summary>
internal sealed class FloodBenchmark : IBenchmark
{
    private const int Messages = 500;
    private const int Size = 300;
    private const int PerSecond = 50_000;

    /// <summary>Messages in quiet, then as many under the flood, and so on: what else the machine does falls on both.</summary>
    private const int Turn = 50;

    public string Work => "a message's delivery while 50,000 handshakes a second (or --rate N) are asked for from unproven addresses, beside quiet";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var rate = arguments.SkipWhile(argument => argument != "--rate").Skip(1).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).FirstOrDefault(PerSecond);
        using var folder = new TemporaryFolder();
        await using var pair = await BenchPair.MeetAsync(folder.Path);
        await using var flood = ChildProcess.Start("flood", pair.Node.Port.ToString(CultureInfo.InvariantCulture), rate.ToString(CultureInfo.InvariantCulture));
        _ = await flood.ReadLineAsync();
        var (quiet, flooded) = (new Samples(), new Samples());
        await SendAsync(pair, Messages, new Samples());
        _ = await SendUnderFloodAsync(pair, flood, new Samples());
        double sent = 0;
        for (var i = 0; i < Messages / Turn; i++)
        {
            await SendAsync(pair, Turn, quiet);
            sent += await SendUnderFloodAsync(pair, flood, flooded);
        }

        output.Summarise(new JsonObject
        {
            ["bench"] = "flood",
            ["messages"] = Messages,
            ["initialsPerSecond"] = Math.Round(sent / (Messages / Turn)),
            ["quietMedian"] = Samples.Round(quiet.Median),
            ["quietP99"] = Samples.Round(quiet.P99),
            ["floodMedian"] = Samples.Round(flooded.Median),
            ["floodP99"] = Samples.Round(flooded.P99),
            ["ratio"] = Samples.Round(flooded.Median / quiet.Median),
        });
    }

    // How many a second the strangers really sent.
    private static async Task<double> SendUnderFloodAsync(BenchPair pair, ChildProcess flood, Samples samples)
    {
        await TellAsync(flood);
        _ = await flood.ReadLineAsync();
        await SendAsync(pair, Turn, samples);
        await TellAsync(flood);
        return double.Parse(await flood.ReadLineAsync(), CultureInfo.InvariantCulture);
    }

    private static async Task TellAsync(ChildProcess flood)
    {
        await flood.Input.WriteLineAsync();
        await flood.Input.FlushAsync();
    }

    private static async Task SendAsync(BenchPair pair, int count, Samples samples)
    {
        for (var i = 0; i < count; i++)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            await pair.Node.DeliverAsync(pair.Peer, ChatBenchmark.Text(Size));
            samples.Add(started);
        }
    }
}
