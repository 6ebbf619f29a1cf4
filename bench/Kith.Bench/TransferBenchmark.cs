using System.Text.Json.Nodes;

namespace Kith.Bench;

/// <summary>One stream on loopback, beside TLS 1.3 over TCP and UDX: the same bytes in the same run.</summary>
internal sealed class TransferBenchmark : IBenchmark
{
    private const long Bytes = 256 * 1024 * 1024;
    private const long LossyBytes = 32 * 1024 * 1024;
    private const int Runs = 3;

    public string Work => "one stream of 256 MiB between two processes on loopback; beside TLS 1.3 over TCP and hyperdht's UDX. With --loss: 32 MiB through a router that loses one packet in a hundred, beside TCP with CUBIC (root)";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--loss"))
        {
            await RunLossyAsync(output);
            return;
        }

        var (tls, udx, tcp, udp) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = 1; run <= Runs; run++)
        {
            tls.Add(await TlsTransfer.MeasureAsync(Bytes));
            udp.Add(await SessionTransfer.MeasureAsync("udp", Bytes));
            tcp.Add(await SessionTransfer.MeasureAsync("tcp", Bytes));
            udx.Add(await UdxTransfer.MeasureAsync(Bytes));
            BenchmarkOutput.Say($"run {run}: session over UDP {Mega(udp[^1])} MB/s, TLS {Mega(tls[^1])}, session over TCP {Mega(tcp[^1])}, UDX {Mega(udx[^1])}");
        }

        output.Summarise(new JsonObject
        {
            ["bench"] = "transfer",
            ["bytes"] = Bytes,
            ["perSecond"] = Mega(Median(udp)),
            ["tcpPerSecond"] = Mega(Median(tcp)),
            ["tlsPerSecond"] = Mega(Median(tls)),
            ["udxPerSecond"] = Mega(Median(udx)),
            ["ratio"] = Math.Round(Median(udp) / Median(tls), 3),
        });
    }

    private static async Task RunLossyAsync(BenchmarkOutput output)
    {
        await using var network = await LossyTransfer.TryCreateAsync();
        if (network is null)
            return;
        var (udp, tcp) = (new List<double>(), new List<double>());
        for (var run = 1; run <= Runs; run++)
        {
            udp.Add(await network.MeasureAsync("udp", LossyBytes));
            tcp.Add(await network.MeasureAsync("tcp", LossyBytes));
            BenchmarkOutput.Say($"run {run}: session over UDP {Mega(udp[^1])} MB/s, over TCP with CUBIC {Mega(tcp[^1])}");
        }

        output.Summarise(new JsonObject
        {
            ["bench"] = "transfer",
            ["bytes"] = LossyBytes,
            ["lossPerMille"] = LossyTransfer.LossPerMille,
            ["perSecond"] = Mega(Median(udp)),
            ["cubicPerSecond"] = Mega(Median(tcp)),
            ["ratio"] = Math.Round(Median(udp) / Median(tcp), 3),
        });
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static double Mega(double bytes) => Math.Round(bytes / 1e6, 1);
}
