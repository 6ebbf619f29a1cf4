using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>A conversation while strangers without a proven address ask the node for 50,000 handshakes a second, beside the same conversation in quiet.</summary>
internal sealed class FloodBenchmark : IBenchmark
{
    private const int Messages = 500;
    private const int Size = 300;
    private const int PerSecond = 50_000;

    public string Work => "a message's delivery while 50,000 handshakes a second are asked for from unproven addresses, beside quiet";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        await using var pair = await BenchPair.MeetAsync(folder.Path);
        _ = await MeasureAsync(pair);
        BenchmarkOutput.Say("quiet");
        var quiet = await MeasureAsync(pair);
        await using var flood = ChildProcess.Start("flood", pair.Node.Port.ToString(CultureInfo.InvariantCulture), PerSecond.ToString(CultureInfo.InvariantCulture));
        _ = await flood.ReadLineAsync();
        BenchmarkOutput.Say("under the flood");
        var flooded = await MeasureAsync(pair);
        await flood.Input.WriteLineAsync();
        await flood.Input.FlushAsync();
        var sent = double.Parse(await flood.ReadLineAsync(), CultureInfo.InvariantCulture);
        output.Summarise(new JsonObject
        {
            ["bench"] = "flood",
            ["messages"] = Messages,
            ["initialsPerSecond"] = Math.Round(sent),
            ["quietMedian"] = Samples.Round(quiet.Median),
            ["floodMedian"] = Samples.Round(flooded.Median),
            ["floodP99"] = Samples.Round(flooded.P99),
            ["ratio"] = Samples.Round(flooded.Median / quiet.Median),
        });
    }

    private static async Task<Samples> MeasureAsync(BenchPair pair)
    {
        var samples = new Samples();
        for (var i = 0; i < Messages; i++)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            await pair.Node.DeliverAsync(pair.Peer, ChatBenchmark.Text(Size));
            samples.Add(started);
        }

        return samples;
    }
}
