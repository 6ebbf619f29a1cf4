using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Storage.Drops;
using static Kith.Storage.Tests.Drops.DropRows;

namespace Kith.Storage.Tests.Drops;

public sealed class DropFaultTests : IDisposable
{
    private readonly TestHome _home = new();

    public DropFaultTests() => Directory.CreateDirectory(_home.Home);

    private string Database => Path.Combine(_home.Home, "drops.db");

    public void Dispose() => _home.Dispose();

    [Fact]
    public void DiskIsFull_KeepsWhatWasCommitted_AndGoesOnWhenThereIsRoom()
    {
        using var disk = SmallDisk.TryMount(_home.Beside("disk"), kibibytes: 8 << 10);
        if (disk is null)
            Assert.Skip("mounting a small tmpfs takes root on Linux");
        var kept = new List<ChunkHash>();
        using (var store = DropStore.Open(_home.Beside("disk")))
        {
            Assert.Throws<IOException>(() => FillUp(store, kept));
            Assert.StartsWith("The disk is full", store.Problem, StringComparison.Ordinal);
            Assert.True(kept.Count > 10);
            AssertHas(store, kept);
            // Still full; a batch that fails early fails as a whole.
            for (var i = 0; i < 3; i++)
            {
                for (var number = 0; number < 1_000; number++)
                    Add(store, 2, 100_000 + number, MailboxLimits.MaxChunk);
                Assert.True(store.HasFailed);
                Assert.Throws<IOException>(store.Commit);
                Assert.False(store.HasFailed);
                AssertHas(store, kept);
            }

            disk.Grow();
            kept.Add(Add(store, 1, 200_000, MailboxLimits.MaxChunk));
            store.Commit();
            Assert.Null(store.Problem);
            AssertHas(store, kept);
        }

        using (var store = DropStore.Open(_home.Beside("disk")))
            AssertHas(store, kept);
    }

    [Fact]
    public void DiskIsFullFromTheStart_OpensLater()
    {
        using var disk = SmallDisk.TryMount(_home.Beside("disk"), kibibytes: 8);
        if (disk is null)
            Assert.Skip("mounting a small tmpfs takes root on Linux");
        using var store = DropStore.Open(_home.Beside("disk"));
        Assert.NotNull(store.Problem);
        Add(store, 1, 1);
        Assert.Throws<IOException>(store.Commit);
        Assert.Empty(store.List(Address(1), 0, 10));
        disk.Grow();
        Add(store, 1, 1);
        Assert.Throws<IOException>(store.Commit); // it opens at the end of this one
        Add(store, 1, 1);
        store.Commit();
        Assert.Single(store.List(Address(1), 0, 10));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(4096)]
    [InlineData(4096 * 3)]
    public void FileIsCut_ItIsSetAsideOrEmpty(int size)
    {
        Fill();
        using (var file = new FileStream(Database, FileMode.Open))
            file.SetLength(size);
        using var store = Goes();
    }

    [Fact]
    public void FileIsNoDatabase_ItIsSetAsideAndSaidSo()
    {
        Fill();
        var junk = SystemRandom.Instance.NextBytes(20_000);
        File.WriteAllBytes(Database, junk);
        using var store = DropStore.Open(_home.Home);
        Assert.Contains("set aside", store.Problem, StringComparison.Ordinal);
        Assert.Equal(0, store.Boxes);
        Assert.Equal(junk, File.ReadAllBytes(Database + ".damaged"));
        Add(store, 1, 1);
        store.Commit();
        Assert.Equal(1, store.Boxes);
        Assert.Contains("set aside", store.Problem, StringComparison.Ordinal); // to the end of the run
    }

    [Fact]
    public void FileOfAnotherVersion_IsSetAside()
    {
        Fill();
        using (var database = Sql.Database.Open(Database))
            database.Execute("PRAGMA user_version = 99");
        using var store = DropStore.Open(_home.Home);
        Assert.Contains("set aside", store.Problem, StringComparison.Ordinal);
        Assert.Equal(0, store.Boxes);
    }

    [Fact]
    public void FileIsDamagedAnywhere_NothingIsThrownAndItGoesOn()
    {
        Fill();
        var original = File.ReadAllBytes(Database);
        var setAside = 0;
        for (var round = 0; round < 60; round++)
        {
            var damaged = original.ToArray();
            for (var holes = 0; holes < 1 + (round % 4); holes++)
                SystemRandom.Instance.Fill(damaged.AsSpan(SystemRandom.Instance.NextInt32(damaged.Length - 600), 1 + SystemRandom.Instance.NextInt32(600)));
            File.WriteAllBytes(Database, damaged);
            File.Delete(Database + "-wal");
            using var store = Goes();
            setAside += File.Exists(Database + ".damaged") ? 1 : 0;
            File.Delete(Database + ".damaged");
        }

        Assert.True(setAside > 0);
    }

    [Fact]
    public void HomeIsMissing_IsSaid_AndNothingIsThrown()
    {
        using var store = DropStore.Open(_home.Beside("nowhere"));
        Assert.Contains("cannot be used", store.Problem, StringComparison.Ordinal);
        Add(store, 1, 1);
        Assert.True(store.HasFailed);
        Assert.Throws<IOException>(store.Commit);
        Assert.Equal((0, 0L), (store.Boxes, store.Used));
        Directory.CreateDirectory(_home.Beside("nowhere"));
        Add(store, 1, 1);
        Assert.Throws<IOException>(store.Commit);
        Add(store, 1, 1);
        store.Commit();
        Assert.Equal(1, store.Boxes);
    }

    private static void FillUp(DropStore store, List<ChunkHash> kept)
    {
        for (var i = 0; i < 10_000; i++)
        {
            var hash = Add(store, 1, i, MailboxLimits.MaxChunk);
            store.Commit();
            kept.Add(hash);
        }
    }

    private static void AssertHas(DropStore store, List<ChunkHash> kept)
    {
        Assert.Equal(kept, store.List(Address(1), 0, 100_000).Select(entry => entry.Hash));
        Assert.All(kept, hash => Assert.Equal(hash, ChunkHash.Of(store.Chunk(Address(1), hash))));
        Assert.Equal(kept.Count * (long)MailboxLimits.MaxChunk, store.Used);
    }

    // Whatever the file has: it is read, written and expired without anything thrown but by a commit, and after at most a few of those it works.
    private DropStore Goes()
    {
        var store = DropStore.Open(_home.Home);
        for (var tries = 0; ; tries++)
        {
            Assert.True(tries < 4, store.Problem);
            foreach (var box in store.BoxesFrom(null, 100))
            {
                foreach (var entry in store.List(box, 0, 1_000))
                    _ = store.Chunk(box, entry.Hash);
            }

            for (var i = 0; i < 5; i++)
                Add(store, 4, 1_000_000 + (tries * 10) + i);
            store.Delete(Address(0), Hash(0), Now, Signature());
            store.RemoveExpired(Now + 90_000_000, 20);
            try
            {
                store.Commit();
                return store;
            }
            catch (IOException)
            {
                Assert.NotNull(store.Problem);
            }
        }
    }

    private static ChunkHash Hash(int number) => ChunkHash.Of(Chunk(number));

    private void Fill()
    {
        using var store = DropStore.Open(_home.Home);
        for (var i = 0; i < 200; i++)
            Add(store, i % 3, i, 1_024 << (i % 5), hours: 24 + (i % 2 * 24));
        store.Commit();
    }
}
