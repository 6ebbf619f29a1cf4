using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>From two running nodes, one of which has the other's link, to the first message delivered. There is no overlay yet, so no figure for a bare entry point.</summary>
internal sealed class ConnectBenchmark : IBenchmark
{
    private const int Runs = 5;

    public string Work => "from two running nodes that know each other's link to the first message delivered";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var samples = new Samples();
        for (var run = 0; run < Runs; run++)
        {
            using var folder = new TemporaryFolder();
            await using var child = ChildProcess.Start("node", folder["there"]);
            var link = await child.ReadLineAsync();
            await using var node = await BenchNode.StartAsync(folder["here"], "Here");
            var started = Stopwatch.GetTimestamp();
            await node.DeliverAsync(await node.AddAsync(link), "hello");
            samples.Add(started);
        }

        output.Summarise(new JsonObject { ["bench"] = "connect", ["direct"] = Samples.Round(samples.Median), ["viaOverlay"] = null });
    }
}
