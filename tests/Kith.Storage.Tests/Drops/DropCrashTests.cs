using System.Diagnostics;
using System.Globalization;
using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;
using Kith.Storage.Drops;
using Kith.Wire;
using static Kith.Storage.Tests.Drops.DropRows;

namespace Kith.Storage.Tests.Drops;

public sealed class DropCrashTests : IDisposable
{
    /// <summary>Chunks in one batch of the child.</summary>
    private const int Batch = 3;

    /// <summary>How much later the child deletes what it put.</summary>
    private const int DeletedAfter = 20;

    private const int Kills = 25;
    private readonly TestHome _home = new();

    public DropCrashTests() => Directory.CreateDirectory(_home.Home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void KilledAtRandomMoments_HasEverythingThatWasAcknowledged()
    {
        var said = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            said = Math.Max(said, PutAndKill());
            using var store = DropStore.Open(_home.Home);
            Assert.Null(store.Problem);
            var (entries, tombstones) = (0, 0);
            for (var number = 1; number <= said; number++)
            {
                var (box, hash) = (Address(number % 5), ChunkHash.Of(Chunk(number)));
                var found = store.Find(box, hash);
                Assert.NotNull(found);
                if (number <= said - DeletedAfter)
                    Assert.NotNull(found.Value.DeleteSignature);
                else if (found.Value.DeleteSignature is null)
                    Assert.Equal(Chunk(number), store.Chunk(box, hash));
                (entries, tombstones) = found.Value.DeleteSignature is null ? (entries + 1, tombstones) : (entries, tombstones + 1);
            }

            // The batch after the last that was acknowledged may be there too, whole or not at all.
            var more = Enumerable.Range(said + 1, Batch).Count(number => store.Find(Address(number % 5), ChunkHash.Of(Chunk(number))) is not null);
            Assert.True(more is 0 or Batch);
            Assert.Equal(((entries + more) * 1_024L) + (tombstones * HoldingLimits.TombstoneBytes), store.Used);
            Assert.Null(store.Find(Address(0), ChunkHash.Of(Chunk(said + (2 * Batch)))));
        }

        Assert.True(said > Kills);
    }

    /// <summary>The child: a holder to which numbered chunks are put, and deleted later; says the last number of each batch when all of it is acknowledged.</summary>
    internal static void RunPuts(string home, Action<string> say)
    {
        using var store = DropStore.Open(home);
        var key = X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey;
        using var core = new HolderCore(store, key, SystemRandom.Instance);
        core.Offer(1 << 30);
        var client = new Acknowledged();
        var boxes = Enumerable.Range(0, 5).Select(BoxOf).ToArray();
        var number = 0;
        while (store.Find(boxes[(number + 1) % 5].Address, ChunkHash.Of(Chunk(number + 1))) is not null)
            number++;
        while (true)
        {
            for (var i = 0; i < Batch; i++)
            {
                number++;
                var (keys, chunk) = (boxes[number % 5], Chunk(number));
                core.Take(Now, client, (ulong)number, new PutRequest(keys.Box, 0, [new PutItem(Entry(keys, chunk), chunk)]));
                if (number <= DeletedAfter)
                    continue;
                var (old, hash) = (boxes[(number - DeletedAfter) % 5], ChunkHash.Of(Chunk(number - DeletedAfter)));
                core.Take(Now, client, 0, new DeleteRequest(old.Box, [new DeleteItem(hash, EntryRules.SignDelete(old.Read!, old.Address, hash))]));
            }

            core.Finish(Now);
            if (client.Count != (number <= DeletedAfter ? Batch : Math.Min(2 * Batch, Batch + number - DeletedAfter)))
                throw new InvalidOperationException("something was not acknowledged");
            client.Count = 0;
            say(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private int PutAndKill()
    {
        using var process = ChildProcess.Start(ChildProcess.Drops, _home.Home);
        var said = 0;
        for (var left = 1 + SystemRandom.Instance.NextInt32(40); left > 0; left--)
            said = Parse(process.StandardOutput.ReadLine());
        var start = Stopwatch.GetTimestamp();
        var microseconds = SystemRandom.Instance.NextInt32(3000);
        while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < microseconds)
            Thread.Yield();
        process.Kill(); // SIGKILL
        while (process.StandardOutput.ReadLine() is { Length: > 0 } line)
        {
            // A last line may be cut; then what it begins with is smaller than the number before.
            said = Math.Max(said, Parse(line));
        }

        process.WaitForExit();
        return said;
    }

    private static int Parse(string? line) => int.Parse(line!, CultureInfo.InvariantCulture);

    private sealed class Acknowledged : IHolderClient
    {
        public int Count { get; set; }

        public Endpoint? From => null;

        public bool IsNear => true;

        public ReadOnlyMemory<byte> HandshakeHash => default;

        public bool IsWatching { get; set; }

        public void Answer(ulong number, MailboxAnswer answer)
        {
            var codes = answer is PutAnswer put ? put.Codes : ((DeleteAnswer)answer).Codes;
            if (codes.All(code => code == DropCode.Done))
                Count++;
        }

        public void Tell(ulong number, EntriesAnswer news)
        {
        }

        public void End(ulong code)
        {
        }
    }
}
