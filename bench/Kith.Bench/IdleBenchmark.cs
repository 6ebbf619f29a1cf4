using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.LocalSwarm;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>
/// What a node costs that nobody uses: its bytes a second, all of them, in a network of 200 each of which publishes 20 records; and the memory of a routing table of 10,000 nodes.
/// </summary>
internal sealed class IdleBenchmark : IBenchmark
{
    private const int Nodes = 200;
    private const int Publications = 20;
    private const int KnownNodes = 10_000;

    // What comes with the start is over by then: the walker walks fast for half a minute.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(90);

    public string Work => "bytes a second of an idle node among 200 that publish 20 records each, and the memory of 10,000 known nodes";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var tableBytes = MeasureTable();
        BenchmarkOutput.Say($"{KnownNodes} nodes in a table: {tableBytes / 1024} KiB");
        await using var network = await LocalNetwork.StartAsync(Nodes);
        using var signer = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        foreach (var node in network.Nodes)
            node.Overlay.Publish([.. Enumerable.Range(0, Publications).Select(_ => Publication(node, signer))]);

        await Task.Delay(Settling, TimeProvider.System);
        var before = network.Nodes.Select(Bytes).ToList();
        var processor = Environment.CpuUsage.TotalTime;
        await Task.Delay(Measured, TimeProvider.System);
        var perSecond = network.Nodes.Select((node, index) => (Bytes(node) - before[index]) / Measured.TotalSeconds).Order().ToList();
        var used = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / Measured.TotalSeconds / network.Nodes.Count;

        output.Summarise(new JsonObject
        {
            ["bench"] = "idle",
            ["bytesPerSecond"] = Math.Round(perSecond.Average()),
            ["median"] = Math.Round(perSecond[perSecond.Count / 2]),
            ["most"] = Math.Round(perSecond[^1]),
            ["processorPerSecond"] = Samples.Round(used),
            ["tableBytes"] = tableBytes,
            ["records"] = network.Nodes.Sum(node => node.Overlay.View.Stored),
        });
    }

    private static long Bytes(LocalNode node) => node.Port.BytesIn + node.Port.BytesOut;

    private static Publication Publication(LocalNode node, Ed25519PrivateKey signer) =>
        new(new FindSecret(SystemRandom.Instance.NextBytes(FindSecret.Size)), signer, new Contactable([node.Endpoint.ToString()]));

    // Random ids would fill a few buckets alone, which bounds the table to far fewer nodes: this one has as many in each of as many buckets as it takes.
    private static long MeasureTable()
    {
        _ = NodeId.TryRead(new byte[NodeId.Size], out var own);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var table = new RoutingTable(own, [RoutingTable.MaxBucketSize], OwnNetworks.Loopback);
        for (var i = 0; i < KnownNodes; i++)
        {
            var id = SystemRandom.Instance.NextBytes(NodeId.Size);
            var bucket = i / RoutingTable.MaxBucketSize;
            id.AsSpan(0, bucket / 8).Clear();
            id[bucket / 8] = (byte)((id[bucket / 8] | 0x80) >> (bucket % 8));
            _ = NodeId.TryRead(id, out var node);
            table.Answered(1_700_000_000_000, node, Endpoint.FromIPv4(0x7F00_0001, (ushort)(i + 1)), 1);
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        if (table.Count != KnownNodes)
            BenchmarkOutput.Say($"only {table.Count} nodes fit");
        GC.KeepAlive(table);
        return bytes;
    }
}
