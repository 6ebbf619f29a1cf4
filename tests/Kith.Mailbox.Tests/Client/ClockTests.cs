using Kith.Mailbox.Boxes;
using Kith.Mailbox.Tests.Boxes;

namespace Kith.Mailbox.Tests.Client;

/// <summary>Clocks that are off, periods that go by, and readers who were away.</summary>
public sealed class ClockTests
{
    private readonly ClientWorld _world = new();
    private readonly WritableBox _box = Rows.Writable();

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public void WriterWhoseClockIsDaysOff_IsReadSoonWhenTheUserAsks(int days)
    {
        var writer = new TestWriter(_world) { ClockOff = (long)TimeSpan.FromDays(days).TotalMilliseconds };
        var reader = new TestReader(_world);
        writer.Put(_box, 2);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 2, TimeSpan.FromSeconds(20)), string.Join(' ', writer.Refusals));
        Assert.True(_world.Holders.Values.Count(holder => holder.Chunks > 0) >= MailboxLimits.Enough);
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        _world.Run(TimeSpan.FromSeconds(5));
        reader.ReadNow();
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 2, TimeSpan.FromSeconds(30)));
        _world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(-20)]
    public void WriterWhoseClockIsFarOff_IsFoundByTheWideSweep(int days)
    {
        var writer = new TestWriter(_world) { ClockOff = (long)TimeSpan.FromDays(days).TotalMilliseconds };
        var reader = new TestReader(_world);
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 1, TimeSpan.FromSeconds(20)), string.Join(' ', writer.Refusals));
        Assert.True(_world.Holders.Values.Count(holder => holder.Chunks > 0) >= MailboxLimits.Enough);
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 1, TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public void WriterWhoseClockIsSet_GoesOnAtOnce(int days)
    {
        var writer = new TestWriter(_world);
        var reader = new TestReader(_world);
        writer.Put(_box, 1);
        _world.Run(TimeSpan.FromSeconds(5));
        writer.SetClock(TimeSpan.FromDays(days));
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 2, TimeSpan.FromSeconds(20)), string.Join(' ', writer.Refusals));
        writer.SetClock(default);
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 3, TimeSpan.FromSeconds(20)), string.Join(' ', writer.Refusals));
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        _world.Run(TimeSpan.FromSeconds(5));
        reader.ReadNow();
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 3, TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(-9)]
    public void ReaderWhoseClockWasWrongForDays_MissesNothing(int days)
    {
        var writer = new TestWriter(_world);
        var reader = new TestReader(_world);
        reader.Read(Rows.Readable() with { Since = Rows.Now, IsWatched = true });
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 1, TimeSpan.FromSeconds(20)));
        reader.SetClock(TimeSpan.FromDays(days));
        for (var i = 0; i < 3; i++)
        {
            _world.Run(TimeSpan.FromHours(7));
            writer.Put(_box, 1);
        }

        reader.SetClock(default);
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 4, TimeSpan.FromSeconds(30)));
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 5, TimeSpan.FromSeconds(2)));
        Assert.Equal(reader.Told.Count, reader.Told.Distinct().Count());
    }

    [Fact]
    public void ReadToEndByAClockThatWasAhead_IsNotBelieved()
    {
        var writer = new TestWriter(_world);
        writer.Put(_box, 1);
        _world.Run(TimeSpan.FromDays(5));
        var reader = new TestReader(_world);
        reader.Read(Rows.Readable() with { Since = _world.Now + (long)TimeSpan.FromDays(400).TotalMilliseconds });
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 1, TimeSpan.FromSeconds(20)));
        _world.Run(TimeSpan.FromMinutes(10));
        Assert.InRange(reader.Since, 1, _world.Now);
    }

    [Fact]
    public void ReaderWhoWasAwayForWeeks_ReadsAllPeriodsInOrder()
    {
        var writer = new TestWriter(_world);
        for (var day = 0; day < 20; day++)
        {
            writer.Put(_box, 3);
            _world.Run(TimeSpan.FromDays(1));
        }

        var reader = new TestReader(_world);
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        Assert.True(_world.RunUntil(() => reader.Told.Count == 60, TimeSpan.FromSeconds(5)));
        Assert.Equal(Enumerable.Range(0, 60), reader.Told);
        // Read to the end, and committed: at the next start only what is new has to be looked for.
        Assert.True(_world.RunUntil(() => reader.Since >= _world.Now - 120_000, TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public void WatchingReader_GoesOnIntoTheNextPeriods()
    {
        var writer = new TestWriter(_world);
        var reader = new TestReader(_world);
        reader.Read(Rows.Readable() with { Since = Rows.Now, IsWatched = true });
        for (var step = 0; step < 10; step++)
        {
            _world.Run(TimeSpan.FromMinutes(151));
            writer.Put(_box, 1);
            Assert.True(_world.RunUntil(() => reader.Told.Count == step + 1, TimeSpan.FromSeconds(1)), $"step {step}");
        }
    }

    [Fact]
    public void SinceIsNotTold_WhileSomethingIsNotCommitted()
    {
        var writer = new TestWriter(_world);
        writer.Put(_box, 1);
        _world.Run(TimeSpan.FromSeconds(5));
        var reader = new TestReader(_world) { Commits = false };
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        _world.Run(TimeSpan.FromMinutes(30));
        Assert.Equal([0], reader.Told);
        Assert.Equal(0, reader.Since);
    }
}
