using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Kith.LocalSwarm;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>
/// How soon two people talk: from two running nodes, one of which has the other's link, to the first message delivered; and, for two contacts both of whose addresses have changed,
/// from the start of a node that has nothing but one entry point.
/// </summary>
internal sealed class ConnectBenchmark : IBenchmark
{
    private const int Runs = 5;

    public string Work => "from two running nodes that know each other's link to the first message delivered; and, both moved, from a bare entry point";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var (direct, viaOverlay, running) = (new Samples(), new Samples(), new Samples());
        for (var run = 0; run < Runs; run++)
        {
            using var folder = new TemporaryFolder();
            await MeasureDirectAsync(folder, direct);
        }

        for (var run = 0; run < Runs; run++)
        {
            using var folder = new TemporaryFolder();
            await MeasureViaOverlayAsync(folder, viaOverlay, running);
        }

        output.Summarise(new JsonObject
        {
            ["bench"] = "connect",
            ["direct"] = Samples.Round(direct.Median),
            ["viaOverlay"] = Samples.Round(viaOverlay.Median),
            ["viaOverlayOnceRunning"] = Samples.Round(running.Median),
        });
    }

    private static async Task MeasureDirectAsync(TemporaryFolder folder, Samples samples)
    {
        await using var child = ChildProcess.Start("node", folder["there"]);
        var link = await child.ReadLineAsync();
        await using var node = await BenchNode.StartAsync(folder["here"], "Here");
        var started = Stopwatch.GetTimestamp();
        await node.DeliverAsync(await node.AddAsync(link), "hello");
        samples.Add(started);
    }

    private static async Task MeasureViaOverlayAsync(TemporaryFolder folder, Samples samples, Samples running)
    {
        await using var entry = LocalNode.Start(null);
        var way = entry.Endpoint.ToString();
        AccountId there;
        await using (var child = ChildProcess.Start("node", folder["there"], $"--entry={way}"))
        {
            var link = await child.ReadLineAsync();
            await using var node = await BenchNode.StartAsync(folder["here"], "Here", entry: way);
            there = await node.AddAsync(link);
            await node.DeliverAsync(there, "hello");
        }

        // Both come back under other addresses; neither knows the other's.
        await using var moved = ChildProcess.Start("node", folder["there"], $"--entry={way}", $"--port={await FreePortAsync()}");
        _ = await moved.ReadLineAsync();
        var port = await FreePortAsync();
        var started = Stopwatch.GetTimestamp();
        await using var back = await BenchNode.StartAsync(folder["here"], "Here", port, way);
        var ready = Stopwatch.GetTimestamp();
        await back.DeliverAsync(there, "where are you?");
        samples.Add(started);
        running.Add(ready);
    }

    private static async Task<int> FreePortAsync()
    {
        await using var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        return port.Port;
    }
}
