using Kith.Messaging;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class TransactionTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void RolledBack_NothingStays()
    {
        using var vault = _home.Open();
        vault.Begin();
        vault.Records.Put(RecordKind.Contact, [1], [1]);
        vault.Messages.Put(Message(1, 1));
        vault.Rollback();
        vault.Rollback();
        Assert.False(vault.InTransaction);
        Assert.Null(vault.Records.Get(RecordKind.Contact, [1]));
        Assert.Null(vault.Messages.Find(Id(1)));
    }

    [Fact]
    public void DisposedInATransaction_RollsItBack()
    {
        using (var vault = _home.Open())
        {
            vault.Begin();
            vault.Records.Put(RecordKind.Contact, [1], [1]);
        }
        using (var vault = _home.Open())
            Assert.Null(vault.Records.Get(RecordKind.Contact, [1]));
    }

    [Fact]
    public void SavepointUndone_KeepsWhatWasBefore()
    {
        using var vault = _home.Open();
        vault.Begin();
        vault.Messages.Put(Message(1, 1));
        vault.Savepoint();
        vault.Messages.Put(Message(2, 2)); // a person first met inside the savepoint
        vault.RollbackToSavepoint();
        vault.Savepoint();
        vault.Messages.Put(Message(2, 3));
        vault.Release();
        vault.Commit();
        Assert.NotNull(vault.Messages.Find(Id(1)));
        Assert.Null(vault.Messages.Find(Id(2)));
        Assert.Equal(Person(2), vault.Messages.Find(Id(3))!.Conversation);
    }

    [Fact]
    public void NeverIdle_TheLogIsEmptiedAllTheSame()
    {
        using var vault = _home.Open();
        var before = new FileInfo(_home.Log).Length;
        for (var i = 0; i < 1500; i++)
            Write(vault, v => v.Records.Put(RecordKind.Contact, [1], Body(30_000)));
        Assert.InRange(new FileInfo(_home.Log).Length, before, before + (1 << 20));
    }

    [Fact]
    public void LargeTransactionUndone_LeavesNothing()
    {
        using var vault = _home.Open();
        vault.Begin();
        for (var i = 0; i < 20; i++)
            vault.Records.Put(RecordKind.Contact, [(byte)i], Body(1 << 20));
        vault.Rollback();
        vault.Maintain();
        Assert.Empty(vault.Records.All(RecordKind.Contact));
        Assert.DoesNotContain(File.ReadAllBytes(_home.Log), b => b != 0);
    }

    [Fact]
    public void Misuse_IsRefused()
    {
        using var vault = _home.Open();
        Assert.Throws<InvalidOperationException>(vault.Commit);
        Assert.Throws<InvalidOperationException>(vault.Savepoint);
        vault.Begin();
        Assert.Throws<InvalidOperationException>(vault.Begin);
        Assert.Throws<InvalidOperationException>(vault.Release);
        Assert.Throws<InvalidOperationException>(vault.RollbackToSavepoint);
        Assert.Throws<InvalidOperationException>(vault.Maintain);
        vault.Rollback();
    }
}
