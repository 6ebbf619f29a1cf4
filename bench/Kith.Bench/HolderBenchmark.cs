using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;
using Kith.Storage.Drops;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>
/// What a holder costs that is full of other people's drops: the memory of a process that keeps 256 MiB above that of one that keeps nothing, and how long a READ takes in it, from the request's bytes to the
/// answer's.
/// </summary>
internal sealed class HolderBenchmark : IBenchmark
{
    private const long Full = MailboxLimits.DefaultRoom;
    private const int ChunksPerBox = 4;
    private const int ReadableBoxes = 1_000;
    private const int Reads = 2_000;
    private const long Now = 1_790_000_000_000;
    private const long Expiry = Now + 3_600_000;

    public string Work => "memory and reads of a holder with 256 MiB full";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        var (empty, full) = (Directory.CreateDirectory(folder["empty"]).FullName, Directory.CreateDirectory(folder["full"]).FullName);
        var started = Stopwatch.GetTimestamp();
        var (boxes, chunks) = Fill(full);
        BenchmarkOutput.Say($"{chunks} chunks in {boxes} boxes put in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        var (emptyMemory, emptyRead, _) = await MeasureAsync(empty);
        var (fullMemory, read, p99) = await MeasureAsync(full);
        output.Summarise(new JsonObject
        {
            ["bench"] = "holder",
            ["chunks"] = chunks,
            ["boxes"] = boxes,
            ["fileMiB"] = new FileInfo(Path.Combine(full, "drops.db")).Length >> 20,
            ["emptyMiB"] = emptyMemory >> 20,
            ["fullMiB"] = fullMemory >> 20,
            ["moreMiB"] = Samples.Round((fullMemory - emptyMemory) / (double)(1 << 20)),
            ["readMedian"] = read,
            ["readP99"] = p99,
            ["readOfNothing"] = emptyRead,
        });
    }

    /// <summary>The second process: a holder that answers reads, and says what that took.</summary>
    public static int Serve(string home)
    {
        using var store = DropStore.Open(home);
        using var core = new HolderCore(store, X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey, SystemRandom.Instance);
        core.Offer(Full);
        core.Finish(Now);
        var client = new AnsweredClient();
        var samples = new Samples();
        for (var i = 0; i < 2 * Reads; i++)
        {
            using var keys = Keys(i * 7 % ReadableBoxes);
            using var writer = new WireWriter();
            RequestFormat.Write(writer, (ulong)i, new ReadRequest(keys.Box, ReadFlags.WithChunks, 0, WireLimits.MaxReadBytes, []) { Key = keys.Read }, client.HandshakeHash.Span);
            var frame = new ReadOnlySequence<byte>(writer.ToArray());
            var started = Stopwatch.GetTimestamp();
            if (Frame.TryTake(ref frame, out var taken) != FrameStatus.Taken || !RequestFormat.TryRead(taken, out var number, out var request))
                throw new InvalidOperationException("a request could not be read");
            core.Take(Now, client, number, request);
            core.Finish(Now);
            if (i >= Reads)
                samples.Add(started);
        }

        if (store.Used > 0 && client.Chunks != 2L * Reads * ChunksPerBox)
            throw new InvalidOperationException($"{client.Chunks} chunks were given");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet} {Samples.Round(samples.Median)} {Samples.Round(samples.P99)}"));
        return 0;
    }

    private static async Task<(long Memory, double Median, double P99)> MeasureAsync(string home)
    {
        await using var child = ChildProcess.Start("holder", home);
        var said = (await child.ReadLineAsync()).Split(' ');
        return (long.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture), double.Parse(said[2], CultureInfo.InvariantCulture));
    }

    // As many bytes in chunks of each size; what nobody reads here has keys and signatures that are none, which the store does not look at.
    private static (int Boxes, int Chunks) Fill(string home)
    {
        using var store = DropStore.Open(home);
        var (boxes, chunks) = (0, 0);
        for (var size = MailboxLimits.MinChunk; size <= MailboxLimits.MaxChunk; size *= 2)
        {
            for (long bytes = 0; bytes < Full / 5; bytes += ChunksPerBox * size)
            {
                // Readable ones are spread over all sizes.
                var box = boxes % 32 == 0 && boxes / 32 < ReadableBoxes ? Box(boxes / 32) : Anybodys();
                for (var i = 0; i < ChunksPerBox; i++)
                {
                    var chunk = SystemRandom.Instance.NextBytes(size);
                    store.Add(Now, box, new BoxEntry(ChunkHash.Of(chunk), size, Expiry, 0, SystemRandom.Instance.NextBytes(64)), (ulong)(boxes % 500), chunk);
                    chunks++;
                }

                if (++boxes % 64 == 0)
                    store.Commit();
            }
        }

        for (var rest = (boxes + 31) / 32; rest < ReadableBoxes; rest++)
        {
            for (var i = 0; i < ChunksPerBox; i++)
            {
                var chunk = SystemRandom.Instance.NextBytes(MailboxLimits.MinChunk);
                store.Add(Now, Box(rest), new BoxEntry(ChunkHash.Of(chunk), chunk.Length, Expiry, 0, SystemRandom.Instance.NextBytes(64)), 1, chunk);
                chunks++;
            }

            boxes++;
        }

        store.Commit();
        return (boxes, chunks);
    }

    private static PublicBox Anybodys() =>
        PublicBox.TryRead([.. SystemRandom.Instance.NextBytes(PublicBox.Size - 1), 0], out var box) ? box : throw new InvalidOperationException("it is no box");

    private static PublicBox Box(int index)
    {
        using var keys = Keys(index);
        return keys.Box;
    }

    private static BoxKeys Keys(int index) => BoxKeys.ForReader(new ReadableBox(new BoxSecret(new byte[BoxSecret.Size]), WritableBox.PairPeriod), index);

    private sealed class AnsweredClient : IHolderClient
    {
        public long Chunks { get; private set; }

        public Endpoint? From => null;

        public bool IsNear => true;

        public ReadOnlyMemory<byte> HandshakeHash { get; } = new byte[32];

        public bool IsWatching { get; set; }

        public void Answer(ulong number, MailboxAnswer answer)
        {
            using var writer = new WireWriter();
            AnswerFormat.Write(writer, number, answer);
            Chunks += ((EntriesAnswer)answer).Entries.Count(entry => !entry.Chunk.IsEmpty);
        }

        public void Tell(ulong number, EntriesAnswer news)
        {
        }

        public void End(ulong code)
        {
        }
    }
}
