using System.Runtime.InteropServices;
using Kith.Crypto;
using Kith.Messaging;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class FaultTests : IDisposable
{
    private const int PageSize = 4096;
    private const int BranchHeader = 12;

    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void DiskFull_RollsBackAndKeepsEverythingBefore()
    {
        using var disk = SmallDisk.TryMount(_home.Beside("disk"));
        if (disk is null)
            Assert.Skip("mounting a small tmpfs takes root on Linux");
        var options = _home.Options() with { Home = Path.Combine(_home.Beside("disk"), "home") };
        var committed = 0;
        using (var vault = Vault.Open(options))
        {
            var error = Assert.Throws<VaultException>(() => FillUp(vault, ref committed));
            Assert.Equal(VaultFault.DiskFull, error.Fault);
            Assert.StartsWith("the disk is full", error.Message, StringComparison.Ordinal);
            vault.Rollback();
            Assert.Equal(committed, vault.Messages.Scan(Person(1)).Count());

            // Still full: refused again, nothing lost. A little room: it goes on.
            Assert.Equal(VaultFault.DiskFull, Assert.Throws<VaultException>(() => FillUp(vault, ref committed)).Fault);
            vault.Rollback();
            Assert.Equal(committed, vault.Messages.Scan(Person(1)).Count());
        }
        using (var vault = Vault.Open(options))
        {
            Assert.True(vault.CheckIntegrity());
            Assert.Equal(Enumerable.Range(0, committed).Reverse().Select(Id), vault.Messages.Scan(Person(1)).Select(m => m.Id));
        }
        disk.Grow();
        using (var vault = Vault.Open(options))
        {
            Write(vault, v => v.Messages.Put(Message(1, committed, committed)));
            Assert.Equal(committed + 1, vault.Messages.Scan(Person(1)).Count());
        }
    }

    [Fact]
    public void DiskFullInsideATransaction_EndsIt_AndNothingIsWrittenUntilRolledBack()
    {
        using var disk = SmallDisk.TryMount(_home.Beside("disk"), kibibytes: 20 << 10);
        if (disk is null)
            Assert.Skip("mounting a small tmpfs takes root on Linux");
        using var vault = Vault.Open(_home.Options() with { Home = Path.Combine(_home.Beside("disk"), "home") });
        Write(vault, v => v.Messages.Put(Message(1, 1)));
        vault.Begin();
        vault.Messages.Put(Message(1, 2, 2));
        vault.Savepoint();
        // More than the page cache holds, so that the disk is met before the commit.
        var error = Assert.Throws<VaultException>(() =>
        {
            for (byte i = 0; i < 100; i++)
                vault.Records.Put(RecordKind.Contact, [i], Body(1 << 20));
        });
        Assert.Equal(VaultFault.DiskFull, error.Fault);
        Assert.Equal(VaultFault.DiskFull, Assert.Throws<VaultException>(() => vault.Messages.Put(Message(1, 3, 3))).Fault);
        Assert.Equal(VaultFault.DiskFull, Assert.Throws<VaultException>(vault.RollbackToSavepoint).Fault);
        Assert.Equal(VaultFault.DiskFull, Assert.Throws<VaultException>(vault.Commit).Fault);
        Assert.False(vault.InTransaction);
        Assert.Equal([Id(1)], vault.Messages.Scan(null).Select(m => m.Id));
        Write(vault, v => v.Messages.Put(Message(1, 4, 4)));
        Assert.NotNull(vault.Messages.Find(Id(4)));
    }

    [Fact]
    public void DiskFullWhileCreating_LeavesAHomeThatIsCreatedLater()
    {
        using var disk = SmallDisk.TryMount(_home.Beside("disk"), kibibytes: 24);
        if (disk is null)
            Assert.Skip("mounting a small tmpfs takes root on Linux");
        var options = _home.Options() with { Home = Path.Combine(_home.Beside("disk"), "home") };
        Assert.Equal(VaultFault.DiskFull, Assert.Throws<VaultException>(() => Vault.Open(options)).Fault);
        disk.Grow();
        Vault.Open(options).Dispose();
    }

    [Theory]
    [InlineData("/proc/kith-home")]
    [InlineData("/dev/null/home")]
    public void UnwritableFolder_IsSaid(string home)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the paths are those of Linux");
        var error = Assert.Throws<VaultException>(() => Vault.Open(_home.Options() with { Home = home }));
        Assert.Equal(VaultFault.NotWritable, error.Fault);
        Assert.Contains(home, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(4096)]
    [InlineData(4096 * 3)]
    public void DatabaseTruncated_IsSaidAndLeft(int size)
    {
        Fill();
        using (var file = new FileStream(_home.Database, FileMode.Open))
            file.SetLength(size);
        AssertDamagedAndLeft();
    }

    [Fact]
    public void DatabaseHeaderOverwritten_IsSaidAndLeft()
    {
        Fill();
        using (var file = new FileStream(_home.Database, FileMode.Open))
            file.Write(Body(4096));
        AssertDamagedAndLeft();
    }

    [Fact]
    public void DatabaseOverwrittenAnywhere_NeverThrowsAnythingElse()
    {
        Fill();
        var original = File.ReadAllBytes(_home.Database);
        for (var round = 0; round < 60; round++)
        {
            var damaged = original.ToArray();
            SystemRandom.Instance.Fill(damaged.AsSpan(SystemRandom.Instance.NextInt32(damaged.Length - 600), 1 + SystemRandom.Instance.NextInt32(600)));
            File.WriteAllBytes(_home.Database, damaged);
            File.Delete(_home.Log);
            SaysDamage();
        }
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("outbox")]
    public void RowsOutOfTheirOrder_AreSaid(string table)
    {
        Fill();
        var original = File.ReadAllBytes(_home.Database);
        var (root, branches) = Branches(table);
        var said = 0;
        for (var i = 1; i < branches; i++)
        {
            var damaged = original.ToArray();
            var pointers = MemoryMarshal.Cast<byte, ushort>(damaged.AsSpan(root + BranchHeader, 2 * branches));
            pointers[i] = pointers[0];
            File.WriteAllBytes(_home.Database, damaged);
            File.Delete(_home.Log);
            said += SaysDamage() ? 1 : 0;
        }

        Assert.InRange(said, 1, branches - 1);
    }

    [Fact]
    public void DatabaseMissing_IsSaid_AndNoneIsMade()
    {
        Fill();
        File.Delete(_home.Database);
        var error = Assert.Throws<VaultException>(() => _home.Open());
        Assert.Equal(VaultFault.Damaged, error.Fault);
        Assert.StartsWith("vault.db is missing", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_home.Database));
    }

    [Fact]
    public void KeyMissing_IsSaid_AndNoneIsMade()
    {
        Fill();
        File.Delete(_home.Key);
        AssertDamagedAndLeft("vault.key is missing");
        Assert.False(File.Exists(_home.Key));
    }

    [Fact]
    public void KeyDamaged_IsSaidAndLeft()
    {
        Fill();
        var bytes = File.ReadAllBytes(_home.Key);
        bytes[20] ^= 1;
        File.WriteAllBytes(_home.Key, bytes);
        AssertDamagedAndLeft("vault.key is damaged");
        Assert.Equal(bytes, File.ReadAllBytes(_home.Key));
    }

    [Fact]
    public void KeyOfAnotherVault_IsSaidAndLeft()
    {
        Fill();
        using (var other = new TestHome())
        {
            other.Open().Dispose();
            File.Copy(other.Key, _home.Key, overwrite: true);
        }
        AssertDamagedAndLeft("vault.key does not belong");
    }

    [Fact]
    public void AnotherProgramsDatabase_IsRefused()
    {
        Fill();
        File.Delete(_home.Database);
        File.WriteAllBytes(_home.Database, []);
        using (var database = Sql.Database.Open(_home.Database))
            database.Execute("CREATE TABLE t (x)");
        AssertDamagedAndLeft();
    }

    private static void FillUp(Vault vault, ref int committed)
    {
        for (; committed < 10_000; committed++)
        {
            vault.Begin();
            vault.Messages.Put(Message(1, committed, committed) with { Body = Body(20_000) });
            vault.Commit();
        }
    }

    private static void ReadEverything(Vault vault)
    {
        foreach (var kind in Enum.GetValues<RecordKind>())
            _ = vault.Records.All(kind);
        _ = vault.Messages.Scan(null).Count();
        for (var i = 0; i < 3; i++)
        {
            _ = vault.Messages.Scan(Person(i)).Count();
            _ = vault.Messages.After(Person(i), null, 1000);
        }

        _ = vault.Messages.CountUnread(Person(1));
        foreach (var peer in vault.Outbox.Peers())
            _ = vault.Outbox.Load(peer, 0, 1000);
        Write(vault, v => v.Messages.Put(Message(3, 5000)));
    }

    private void Fill()
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            for (var i = 0; i < 200; i++)
            {
                v.Messages.Put(Message(i % 3, i, i, unread: true));
                v.Outbox.Put(Item(i % 3, i, i + 1));
                v.Records.Put(RecordKind.Contact, BitConverter.GetBytes(i), Body());
            }
        });
    }

    private bool SaysDamage()
    {
        try
        {
            using var vault = _home.Open();
            ReadEverything(vault);
            return false;
        }
        catch (VaultException error)
        {
            Assert.Equal(VaultFault.Damaged, error.Fault);
            Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
            return true;
        }
    }

    // Where the root of a table's tree begins, and how many pointers to its cells follow its header (https://www.sqlite.org/fileformat2.html, 1.6).
    private (int Offset, int Branches) Branches(string table)
    {
        long root;
        using (var database = Sql.Database.Open(_home.Database))
            root = database.ReadInt64($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'");
        var file = File.ReadAllBytes(_home.Database);
        var offset = (int)(root - 1) * PageSize;
        Assert.True(file[offset] is 2 or 5, "the rows fill more than a page");
        return (offset, file[offset + 4]);
    }

    private void AssertDamagedAndLeft(string sentence = "vault.db is damaged")
    {
        var before = File.ReadAllBytes(_home.Database);
        var error = Assert.Throws<VaultException>(() => _home.Open());
        Assert.Equal(VaultFault.Damaged, error.Fault);
        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_home.Database));
    }
}
