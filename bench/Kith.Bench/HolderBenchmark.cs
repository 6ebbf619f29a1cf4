using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Repair;
using Kith.Mailbox.Wire;
using Kith.Storage.Drops;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>
/// What a holder costs that is full of other people's drops and looks after them: the memory of a process that keeps 256 MiB above that of one that keeps nothing, how much of it is what repair remembers, and
/// how long a READ takes, from the request's bytes to the answer's. With <c>--boxes</c> each chunk is a small one in a box of its own, which is the worst for repair: 262,144 boxes.
/// </summary>
internal sealed class HolderBenchmark : IBenchmark
{
    private const long Full = MailboxLimits.DefaultRoom;
    private const int ChunksPerBox = 4;
    private const int ReadableBoxes = 1_000;
    private const int Looks = 20_000;
    private const int Reads = 2_000;
    private const long Now = 1_790_000_000_000;
    private const long Expiry = Now + 3_600_000;

    public string Work => "memory and reads of a holder with 256 MiB full";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        var (empty, full) = (Directory.CreateDirectory(folder["empty"]).FullName, Directory.CreateDirectory(folder["full"]).FullName);
        var started = Stopwatch.GetTimestamp();
        var isWorst = arguments.Contains("--boxes");
        var (boxes, chunks) = Fill(full, isWorst ? MailboxLimits.MinChunk : MailboxLimits.MaxChunk, isWorst ? 1 : ChunksPerBox);
        BenchmarkOutput.Say($"{chunks} chunks in {boxes} boxes put in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        var (emptyMemory, emptyRead, _, _) = await MeasureAsync(empty);
        var (fullMemory, read, p99, repair) = await MeasureAsync(full);
        output.Summarise(new JsonObject
        {
            ["bench"] = "holder",
            ["chunks"] = chunks,
            ["boxes"] = boxes,
            ["fileMiB"] = new FileInfo(Path.Combine(full, "drops.db")).Length >> 20,
            ["emptyMiB"] = emptyMemory >> 20,
            ["fullMiB"] = fullMemory >> 20,
            ["moreMiB"] = Samples.Round((fullMemory - emptyMemory) / (double)(1 << 20)),
            ["repairMiB"] = Samples.Round(repair / (double)(1 << 20)),
            ["readMedian"] = read,
            ["readP99"] = p99,
            ["readOfNothing"] = emptyRead,
        });
    }

    /// <summary>The second process: a holder that answers reads, and says what that took.</summary>
    public static int Serve(string home)
    {
        using var store = DropStore.Open(home);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var repair = new RepairCore(store, new Nobody(), new Nobody(), SystemRandom.Instance);
        using var core = new RepairedHolding(new HolderCore(store, X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey, SystemRandom.Instance, repair), repair, store);
        core.Offer(Full);
        core.Finish(Now);
        LookAfter(store, repair);
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

        if (store.Used > 0 && client.Chunks % (2L * Reads) != 0)
            throw new InvalidOperationException($"{client.Chunks} chunks were given");
        var memory = Environment.WorkingSet;
        var live = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(repair);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{memory} {Samples.Round(samples.Median)} {Samples.Round(samples.P99)} {live}"));
        return 0;
    }

    // As after a start: all boxes are read from the store, and some of them looked at.
    private static void LookAfter(DropStore store, RepairCore repair)
    {
        var now = Now;
        while (repair.Boxes < store.Boxes)
            repair.Tick(now);
        for (var looks = 0; looks < Looks && repair.NextDeadline < long.MaxValue; looks++)
            repair.Tick(now = Math.Max(now, repair.NextDeadline));
        if (repair.Boxes != store.Boxes)
            throw new InvalidOperationException($"{repair.Boxes} boxes are looked after");
    }

    private static async Task<(long Memory, double Median, double P99, long Repair)> MeasureAsync(string home)
    {
        await using var child = ChildProcess.Start("holder", home);
        var said = (await child.ReadLineAsync()).Split(' ');
        return (long.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture), double.Parse(said[2], CultureInfo.InvariantCulture), long.Parse(said[3], CultureInfo.InvariantCulture));
    }

    // As many bytes in chunks of each size; what nobody reads here has keys and signatures that are none, which the store does not look at.
    private static (int Boxes, int Chunks) Fill(string home, int largest, int chunksPerBox)
    {
        using var store = DropStore.Open(home);
        var (boxes, chunks) = (0, 0);
        for (var size = MailboxLimits.MinChunk; size <= largest; size *= 2)
        {
            for (long bytes = 0; bytes < (largest == MailboxLimits.MinChunk ? Full : Full / 5); bytes += chunksPerBox * size)
            {
                // Readable ones are spread over all sizes.
                var box = boxes % 32 == 0 && boxes / 32 < ReadableBoxes ? Box(boxes / 32) : Anybodys();
                for (var i = 0; i < chunksPerBox; i++)
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
            for (var i = 0; i < chunksPerBox; i++)
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

    /// <summary>A network in which there is nobody else.</summary>
    private sealed class Nobody : IHolderFinder, IHolderCalls
    {
        public void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found) => found(now, []);

        public bool IsSelf(Endpoint holder) => false;

        public void Failed(long now, Endpoint holder)
        {
        }

        public void Distrust(long now, Endpoint holder)
        {
        }

        public void Ask(Endpoint holder, HolderRequest request) => throw new InvalidOperationException("there is nobody to ask");

        public void Drop(Endpoint holder, HolderRequest request)
        {
        }
    }

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
