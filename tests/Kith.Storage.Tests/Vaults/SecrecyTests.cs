using System.Text;
using Kith.Delivery;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class SecrecyTests : IDisposable
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("meet me at the old mill at nine");
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Files_HoldNeitherContentNorNamesNorAccountIds()
    {
        using var vault = _home.Open();
        var keyOfRecord = Encoding.UTF8.GetBytes("a key of a record");
        Write(vault, v =>
        {
            v.Records.Put(RecordKind.Contact, keyOfRecord, Secret);
            v.Records.Put(RecordKind.Contact, Person(1).ToArray(), Secret);
            v.Messages.Put(Message(1, 1) with { Body = Secret });
            v.Messages.TryMarkReceived(Person(1), Id(2), 1);
            v.Outbox.Put(new OutboxItem(Id(1), Person(1), 1, Secret, Secret, RouteKind.Auto, 1));
        });
        AssertNowhere(Secret);
        AssertNowhere(keyOfRecord);
        AssertNowhere(Person(1).ToArray());
        vault.Maintain();
        AssertNowhere(Secret);
        AssertNowhere(Person(1).ToArray());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60_000)]
    public void Removed_IsOverwrittenOnceMaintained(int size)
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            v.Messages.Put(Message(1, 1) with { Body = Body(size) });
            v.Messages.Put(Message(1, 2, 2) with { Body = Body(size) });
            v.Records.Put(RecordKind.Session, [1], Body(size));
        });
        var kept = ReadSealed("SELECT sealed FROM messages WHERE depth = 2", vault);
        var removed = ReadSealed("SELECT sealed FROM messages WHERE depth = 1", vault);
        var record = ReadSealed("SELECT sealed FROM records", vault);
        vault.Maintain();
        AssertSomewhere(kept);
        AssertSomewhere(removed);

        Write(vault, v =>
        {
            v.Messages.Remove(Id(1));
            v.Records.Remove(RecordKind.Session, [1]);
        });
        vault.Maintain();
        AssertSomewhere(kept);
        AssertNowhere(removed);
        AssertNowhere(record);
        Write(vault, v => v.Messages.Put(Message(1, 3, 3)));
        Assert.NotNull(vault.Messages.Find(Id(2)));
    }

    [Fact]
    public void RowsSwapped_DoNotOpen()
    {
        using (var vault = _home.Open())
        {
            Write(vault, v =>
            {
                v.Messages.Put(Message(1, 1));
                v.Messages.Put(Message(2, 2));
                v.Records.Put(RecordKind.Contact, [1], [1]);
                v.Records.Put(RecordKind.Contact, [2], [2]);
            });
        }
        Tamper("UPDATE messages SET sealed = (SELECT sealed FROM messages WHERE peer = 2) WHERE peer = 1");
        Tamper("UPDATE records SET sealed = (SELECT sealed FROM records WHERE record = 2) WHERE record = 1");
        using (var vault = _home.Open())
        {
            AssertDamaged(() => vault.Messages.Find(Id(1)));
            AssertDamaged(() => vault.Records.Get(RecordKind.Contact, [1]));
            Assert.NotNull(vault.Messages.Find(Id(2)));
        }
    }

    [Fact]
    public void ExpiryProlonged_DoesNotOpen()
    {
        using (var vault = _home.Open())
            Write(vault, v => v.Messages.Put(Message(1, 1, expiresAt: 10)));
        Tamper("UPDATE messages SET expires_at = 1000");
        using (var vault = _home.Open())
            AssertDamaged(() => vault.Messages.Find(Id(1)));
    }

    [Theory]
    [InlineData("UPDATE messages SET sealed = x'00'")]
    [InlineData("UPDATE messages SET id = x'00', peer = 99")]
    [InlineData("UPDATE messages SET sealed = 'text'")]
    [InlineData("UPDATE peers SET sealed = zeroblob(72)")]
    [InlineData("UPDATE peers SET tag = x'01'")]
    [InlineData("DELETE FROM peers")]
    public void DamagedRow_IsSaidAndLeft(string damage)
    {
        using (var vault = _home.Open())
            Write(vault, v => v.Messages.Put(Message(1, 1)));
        Tamper(damage);
        using (var vault = _home.Open())
            AssertDamaged(() => Assert.NotEmpty(vault.Messages.Scan(null)));
    }

    private static void AssertDamaged(Action read) => Assert.Equal(VaultFault.Damaged, Assert.Throws<VaultException>(read).Fault);

    private void Tamper(string sql)
    {
        using var database = Sql.Database.Open(_home.Database);
        database.Execute("PRAGMA foreign_keys = OFF; " + sql);
    }

    /// <summary>The middle of a sealed value, as it stands in one page.</summary>
    private static byte[] ReadSealed(string sql, Vault vault)
    {
        using var rows = vault.Contents.Prepare(sql).Query();
        Assert.True(rows.Next());
        return rows.Blob(0)[..64].ToArray();
    }

    private void AssertNowhere(ReadOnlySpan<byte> needle)
    {
        foreach (var file in Directory.GetFiles(_home.Home))
            Assert.True(ReadShared(file).AsSpan().IndexOf(needle) < 0, $"{Path.GetFileName(file)} holds it");
    }

    private void AssertSomewhere(ReadOnlySpan<byte> needle)
    {
        var found = false;
        foreach (var file in Directory.GetFiles(_home.Home))
            found |= ReadShared(file).AsSpan().IndexOf(needle) >= 0;
        Assert.True(found);
    }


    private static byte[] ReadShared(string file)
    {
        if (Path.GetFileName(file) is "lock")
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
