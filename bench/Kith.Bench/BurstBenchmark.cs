using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>20,000 messages of 300 bytes without waiting, until the last is committed on both sides and acknowledged.</summary>
internal sealed class BurstBenchmark : IBenchmark
{
    private const int Messages = 20_000;
    private const int Size = 300;
    private const int WarmUp = 5_000;

    public string Work => "20,000 messages of 300 bytes between two node processes without waiting, until the last is committed and acknowledged";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        await using var pair = await BenchPair.MeetAsync(folder.Path);
        await SendAsync(pair, WarmUp);
        var started = Stopwatch.GetTimestamp();
        await SendAsync(pair, Messages);
        var total = Stopwatch.GetElapsedTime(started);
        output.Summarise(new JsonObject
        {
            ["bench"] = "burst",
            ["perSecond"] = Math.Round(Messages / total.TotalSeconds),
            ["total"] = Samples.Round(total.TotalMilliseconds),
        });
    }

    private static async Task SendAsync(BenchPair pair, int count)
    {
        var text = ChatBenchmark.Text(Size);
        var delivered = pair.Node.WhenDeliveredAsync(pair.Node.Delivered + count);
        var committed = new Task[count];
        for (var i = 0; i < count; i++)
            committed[i] = pair.Node.SendAsync(pair.Peer, text);
        await Task.WhenAll(committed);
        await delivered;
    }
}
