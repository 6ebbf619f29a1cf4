using Kith.Mailbox.Boxes;
using Kith.Mailbox.Tests.Boxes;

namespace Kith.Mailbox.Tests.Client;

/// <summary>Two who come and go, over holders that come, go, lie, lose packets and fill up, for days.</summary>
public sealed class WeeksTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WriterAndReaderWhoAreNeverUpTogether_LoseNothingAndSeeNothingTwice(int salt)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KITH_TEST_SEED"), out var chosen) ? chosen : Environment.TickCount + salt;
        output.WriteLine($"seed {seed} (KITH_TEST_SEED repeats it)");
        var random = new Random(seed);
        var world = new ClientWorld(30, seed) { Loss = 0.03 };
        var holders = world.Holders.Values.ToList();
        // Two in ten break the rules; nobody repairs here, so of six copies enough must be honest.
        foreach (var (holder, i) in holders.Select((holder, i) => (holder, i)))
            holder.Conduct = (i % 10) switch { 0 => Conduct.Lying, 5 => (i % 20) == 5 ? Conduct.Withholding : Conduct.Silent, _ => Conduct.Honest };
        var box = Rows.Writable();
        var readable = Rows.Readable() with { IsWatched = true };
        var writer = new TestWriter(world) { RetryAfter = 30_000 };
        var reader = new TestReader(world) { IsOff = true };
        var since = Rows.Now;
        for (var day = 0; day < 14; day++)
        {
            writer.IsOff = false;
            for (var bursts = random.Next(1, 5); bursts > 0; bursts--)
            {
                writer.Put(box, random.Next(1, 30), 512 << random.Next(0, 7));
                world.Run(TimeSpan.FromSeconds(random.Next(1, 300)));
            }

            Assert.True(world.RunUntil(() => writer.Waiting == 0 && writer.Stored.Count == writer.Outbox.Count, TimeSpan.FromMinutes(10)), string.Join('\n', writer.Refusals));
            writer.IsOff = true;
            // A few holders sleep at a time; all come back.
            foreach (var holder in holders)
                holder.Up();
            foreach (var holder in holders.Where(holder => holder.Conduct == Conduct.Honest && random.Next(10) == 0))
                holder.Down();
            world.Run(TimeSpan.FromHours(random.Next(1, 20)));
            reader.Restart(readable with { Since = since });
            world.Run(TimeSpan.FromMinutes(random.Next(2, 12)));
            since = Math.Max(since, reader.Since);
            reader.IsOff = true;
            world.Run(TimeSpan.FromHours(random.Next(1, 8)));
        }

        foreach (var holder in holders)
            holder.Up();
        reader.Restart(readable with { Since = since });
        world.Run(TimeSpan.FromMinutes(15));
        Assert.Equal(writer.Outbox.Count, reader.Vault.Count);
        // As after an old backup was restored: all is read anew, and what slept while others deleted is told.
        reader.Restart(readable with { Since = Rows.Now });
        world.Run(TimeSpan.FromMinutes(75));
        Assert.Equal(writer.Outbox.Count, writer.Stored.Count);
        // Honest holders keep next to nothing that was read: what was lost on the way to one of them, a DELETE for all of a box, waits for a later look, and in earnest for the other holders' tombstones.
        Assert.InRange(holders.Where(holder => holder.Conduct == Conduct.Honest).Sum(holder => holder.FullBoxes), 0, 2);
        output.WriteLine($"{writer.Outbox.Count} messages, {writer.Refusals.Count} refusals, {string.Join(", ", world.Asked.Select(one => $"{one.Value} {one.Key.Name}"))}");
    }
}
