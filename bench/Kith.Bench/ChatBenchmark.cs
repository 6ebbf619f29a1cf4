using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>fybrrChat's experiment (its Fig. 4): 500 messages one after the other, 50 to 500 characters growing evenly.</summary>
internal sealed class ChatBenchmark : IBenchmark
{
    private const int Messages = 500;
    private const int Shortest = 50;
    private const int Longest = 500;

    public string Work => "500 messages one after the other between two node processes, each committed by both; beside an echo over TLS 1.3, bare and durable, and over a session of each carrier. With --carrier udp or tcp over that one alone, else over both";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        int[] sizes = [.. Enumerable.Range(0, Messages).Select(i => Shortest + ((Longest - Shortest) * i / (Messages - 1)))];
        using var folder = new TemporaryFolder();
        BenchmarkOutput.Say("echo over TLS 1.3");
        var tls = await TlsEcho.MedianAsync(sizes, null);
        var durableTls = await TlsEcho.MedianAsync(sizes, folder.Path);
        BenchmarkOutput.Say("echo over sessions");
        var tcp = await SessionEcho.MedianAsync("tcp", sizes);
        var udp = await SessionEcho.MedianAsync("udp", sizes);
        var only = arguments.SkipWhile(argument => argument != "--carrier").Skip(1).FirstOrDefault();
        var (samples, total) = await ChatAsync(only ?? "udp", sizes);
        var overTcp = only is null ? (await ChatAsync("tcp", sizes)).Samples : null;

        output.Summarise(new JsonObject
        {
            ["bench"] = "chat",
            ["messages"] = Messages,
            ["mean"] = Samples.Round(samples.Mean),
            ["median"] = Samples.Round(samples.Median),
            ["p99"] = Samples.Round(samples.P99),
            ["total"] = Samples.Round(total.TotalMilliseconds),
            ["carrier"] = only ?? "udp",
            ["overTcpMedian"] = overTcp is null ? null : Samples.Round(overTcp.Median),
            ["tlsMedian"] = Samples.Round(tls),
            ["tcpSessionMedian"] = Samples.Round(tcp),
            ["udpSessionMedian"] = Samples.Round(udp),
            ["durableTlsMedian"] = Samples.Round(durableTls),
            ["ratio"] = Samples.Round(samples.Median / durableTls),
        });
    }

    private static async Task<(Samples Samples, TimeSpan Total)> ChatAsync(string carrier, int[] sizes)
    {
        BenchmarkOutput.Say($"two nodes over {carrier}");
        using var folder = new TemporaryFolder();
        await using var pair = await BenchPair.MeetAsync(folder, carrier);
        foreach (var size in sizes)
            await pair.Node.DeliverAsync(pair.Peer, Text(size));
        var samples = new Samples();
        var started = Stopwatch.GetTimestamp();
        foreach (var size in sizes)
        {
            var begun = Stopwatch.GetTimestamp();
            await pair.Node.DeliverAsync(pair.Peer, Text(size));
            samples.Add(begun);
        }

        return (samples, Stopwatch.GetElapsedTime(started));
    }

    internal static string Text(int size) => string.Create(size, size, static (span, seed) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = (i + seed) % 7 == 0 ? ' ' : (char)('a' + ((i * 31 + seed) % 26));
    });
}
