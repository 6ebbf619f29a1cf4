using System.Diagnostics;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.LocalSwarm;
using Kith.Overlay.Dht;

namespace Kith.Bench;

/// <summary>
/// Gets and puts of mutable items (BEP 44) with fresh keys in a network of real nodes on loopback, all in one process: by two clients that joined it like any other node, one of
/// which puts and the other gets. Then again once every tenth node has gone without a word. Beside it the same with bittorrent-dht.
/// </summary>
internal sealed class LookupBenchmark : IBenchmark
{
    private const int Nodes = 200;
    private const int Samples = 200;
    private const int WarmUp = 50;
    private const int ValueSize = 200;

    /// <summary>bittorrent-dht takes seconds for each once nodes are gone.</summary>
    private const int GonePeerSamples = 11;

    public string Work => "get and put of mutable items in a DHT of 200 nodes on loopback, whole and with a tenth gone, beside bittorrent-dht";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        BenchmarkOutput.Say("bittorrent-dht");
        var peer = arguments.Contains("--alone") ? [] : await BittorrentDhtNetwork.MeasureAsync(Nodes, Samples, GonePeerSamples);
        BenchmarkOutput.Say($"bittorrent-dht: {peer.ToJsonString()}");

        BenchmarkOutput.Say("ours");
        await using var network = await LocalNetwork.StartAsync(Nodes);
        var putter = await network.JoinAsync();
        var getter = await network.JoinAsync();
        _ = await MeasureAsync(putter, getter, WarmUp);
        var whole = await MeasureAsync(putter, getter, Samples);
        await network.VanishAsync(oneIn: 10, spared: 2);
        var gone = await MeasureAsync(putter, getter, Samples);
        BenchmarkOutput.Say($"whole: {whole}; a tenth gone: {gone}");

        output.Summarise(new JsonObject
        {
            ["bench"] = "lookup",
            ["get"] = Bench.Samples.Round(whole.Get.Median),
            ["put"] = Bench.Samples.Round(whole.Put.Median),
            ["peerGet"] = Number(peer, "get"),
            ["peerPut"] = Number(peer, "put"),
            ["getRatio"] = Number(peer, "get") / whole.Get.Median,
            ["putRatio"] = Number(peer, "put") / whole.Put.Median,
            ["goneGet"] = Bench.Samples.Round(gone.Get.Median),
            ["gonePeerGet"] = Number(peer, "goneGet"),
            ["gonePut"] = Bench.Samples.Round(gone.Put.Median),
            ["gonePeerPut"] = Number(peer, "gonePut"),
            ["firstValue"] = Bench.Samples.Round(whole.First.Median),
            ["goneGetP99"] = Bench.Samples.Round(gone.Get.P99),
            ["failed"] = whole.Failed + gone.Failed,
        });
    }

    private static double? Number(JsonObject peer, string name) => (double?)peer[name];

    private static async Task<Result> MeasureAsync(LocalNode putter, LocalNode getter, int count)
    {
        var result = new Result();
        for (var i = 0; i < count; i++)
        {
            using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
            var value = DhtItem.Encode(SystemRandom.Instance.NextBytes(ValueSize));
            var target = DhtTarget.Mutable(key.PublicKey);

            var started = Stopwatch.GetTimestamp();
            var put = await PutAsync(putter, key, value);
            result.Put.Add(started);

            started = Stopwatch.GetTimestamp();
            var (found, first) = await GetAsync(getter, target);
            result.Get.Add(started);
            if (first is { } at)
                result.First.AddDuration(Stopwatch.GetElapsedTime(started, at));
            if (put.Stored == 0 || found is null || !found.Value.SequenceEqual(value))
                result.Failed++;
        }

        return result;
    }

    private static Task<PutResult> PutAsync(LocalNode node, Ed25519PrivateKey key, byte[] value)
    {
        var done = new TaskCompletionSource<PutResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Overlay.Run((core, now) => core.Dht.Put(now, DhtItem.Sign(key, [], 1, value), null, done.SetResult));
        return done.Task;
    }

    // Until all nodes in charge have been asked: the newest value that any of them has, as bittorrent-dht's get gives it.
    private static Task<(DhtItem? Found, long? First)> GetAsync(LocalNode node, DhtTarget target)
    {
        var done = new TaskCompletionSource<(DhtItem?, long?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        long? first = null;
        node.Overlay.Run((core, now) => core.Dht.Get(now, target, progress =>
        {
            if (progress.Item is not null)
                first ??= Stopwatch.GetTimestamp();
            if (progress.IsFinished)
                done.SetResult((progress.Item, first));
        }));
        return done.Task;
    }

    private sealed class Result
    {
        public Samples Get { get; } = new();

        public Samples First { get; } = new();

        public Samples Put { get; } = new();

        public int Failed { get; set; }

        public override string ToString() => $"get {Get.Median:F2} (mean {Get.Mean:F2}, p99 {Get.P99:F2}), put {Put.Median:F2} (mean {Put.Mean:F2}, p99 {Put.P99:F2}), failed {Failed}";
    }
}
