using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>fybrrChat's experiment (its Fig. 4): 500 messages one after the other, 50 to 500 characters growing evenly.</summary>
internal sealed class ChatBenchmark : IBenchmark
{
    private const int Messages = 500;
    private const int Shortest = 50;
    private const int Longest = 500;

    /// <summary>Messages over one carrier before it is the other one's turn: what else the machine does falls on both.</summary>
    private const int Turn = 25;

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
        var chats = await ChatAsync(only is null ? ["udp", "tcp"] : [only], sizes);
        var (samples, overTcp) = (chats[0], only is null ? chats[1] : null);

        output.Summarise(new JsonObject
        {
            ["bench"] = "chat",
            ["messages"] = Messages,
            ["mean"] = Samples.Round(samples.Mean),
            ["median"] = Samples.Round(samples.Median),
            ["p99"] = Samples.Round(samples.P99),
            ["total"] = Samples.Round(samples.Total),
            ["carrier"] = only ?? "udp",
            ["overTcpMedian"] = overTcp is null ? null : Samples.Round(overTcp.Median),
            ["overTcpMean"] = overTcp is null ? null : Samples.Round(overTcp.Mean),
            ["carrierRatio"] = overTcp is null ? null : Samples.Round(samples.Median / overTcp.Median),
            ["tlsMedian"] = Samples.Round(tls),
            ["tcpSessionMedian"] = Samples.Round(tcp),
            ["udpSessionMedian"] = Samples.Round(udp),
            ["durableTlsMedian"] = Samples.Round(durableTls),
            ["ratio"] = Samples.Round(samples.Median / durableTls),
        });
    }

    // In turns, the first of each round alternating, and everything compiled before: the carriers share whatever the machine does meanwhile.
    private static async Task<IReadOnlyList<Samples>> ChatAsync(string[] carriers, int[] sizes)
    {
        using var folder = new TemporaryFolder();
        var pairs = new List<BenchPair>();
        try
        {
            foreach (var carrier in carriers)
            {
                BenchmarkOutput.Say($"two nodes over {carrier}");
                Directory.CreateDirectory(folder[carrier]);
                pairs.Add(await BenchPair.MeetAsync(folder[carrier], carrier));
            }

            _ = await SendInTurnsAsync(pairs, sizes);
            return await SendInTurnsAsync(pairs, sizes);
        }
        finally
        {
            foreach (var pair in pairs)
                await pair.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<Samples>> SendInTurnsAsync(IReadOnlyList<BenchPair> pairs, int[] sizes)
    {
        var samples = pairs.Select(_ => new Samples()).ToList();
        var isEven = false;
        foreach (var turn in sizes.Chunk(Turn))
        {
            isEven = !isEven;
            foreach (var (pair, times) in isEven ? pairs.Zip(samples) : pairs.Zip(samples).Reverse())
            {
                foreach (var size in turn)
                {
                    var begun = Stopwatch.GetTimestamp();
                    await pair.Node.DeliverAsync(pair.Peer, Text(size));
                    times.Add(begun);
                }
            }
        }

        return samples;
    }

    internal static string Text(int size) => string.Create(size, size, static (span, seed) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = (i + seed) % 7 == 0 ? ' ' : (char)('a' + ((i * 31 + seed) % 26));
    });
}
