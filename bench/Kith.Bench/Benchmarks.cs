using System.Globalization;

namespace Kith.Bench;

/// <summary>Every benchmark by its name, and the second processes that they start.</summary>
internal static class Benchmarks
{
    public static IReadOnlyDictionary<string, IBenchmark> All { get; } = new SortedDictionary<string, IBenchmark>(StringComparer.Ordinal)
    {
        ["burst"] = new BurstBenchmark(),
        ["chat"] = new ChatBenchmark(),
        ["connect"] = new ConnectBenchmark(),
        ["drop"] = new DropBenchmark(),
        ["dropnet"] = new DropNetBenchmark(),
        ["find"] = new FindBenchmark(),
        ["flood"] = new FloodBenchmark(),
        ["forward"] = new ForwardBenchmark(),
        ["forwardnet"] = new ForwardNetBenchmark(),
        ["holder"] = new HolderBenchmark(),
        ["idle"] = new IdleBenchmark(),
        ["lookup"] = new LookupBenchmark(),
        ["onion"] = new OnionBenchmark(),
        ["ratchet"] = new RatchetBenchmark(),
        ["sessions"] = new SessionsBenchmark(),
        ["sphinx"] = new SphinxBenchmark(),
        ["transfer"] = new TransferBenchmark(),
    };

    public static async Task<int> RunChildAsync(string name, string[] arguments) => name switch
    {
        "tls-echo" => await TlsEcho.ServeAsync(arguments.FirstOrDefault()),
        "tls-transfer" => await TlsTransfer.ReceiveAsync(),
        "sessions" => await SessionsBenchmark.ServeAsync(),
        "flood" => await HandshakeFlood.RunAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture), int.Parse(arguments[1], CultureInfo.InvariantCulture)),
        "session-echo" => await SessionEcho.ServeAsync(arguments[0]),
        "session-transfer" => await SessionTransfer.ReceiveAsync(arguments[0], arguments[1]),
        "session-transfer-send" => await SessionTransfer.RunSenderAsync(arguments),
        "holder" => HolderBenchmark.Serve(arguments[0]),
        "holders" => await DropBenchmark.ServeHoldersAsync(arguments[0]),
        "collector" => await DropBenchmark.CollectAsync(arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture)),
        "onion" => await OnionBenchmark.ServeAsync(arguments[0]),
        "forwarder" => await ForwardBenchmark.ServeForwarderAsync(arguments),
        "forward-receiver" => await ForwardBenchmark.ReceiveAsync(arguments),
        "node" => await BenchPair.ServeAsync(arguments),
        _ => 2,
    };
}
