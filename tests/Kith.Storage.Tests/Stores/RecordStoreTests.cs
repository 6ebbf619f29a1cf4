using Kith.Messaging;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Stores;

public sealed class RecordStoreTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void PutAndReopened_GivesTheValue()
    {
        using (var vault = _home.Open())
            Write(vault, v => v.Records.Put(RecordKind.Contact, [1, 2, 3], [4, 5]));
        using (var vault = _home.Open())
        {
            Assert.Equal([4, 5], vault.Records.Get(RecordKind.Contact, [1, 2, 3])!);
            Assert.Null(vault.Records.Get(RecordKind.Contact, [1, 2]));
            Assert.Null(vault.Records.Get(RecordKind.Session, [1, 2, 3]));
        }
    }

    [Fact]
    public void EmptyKeyAndValue_AreKept()
    {
        using var vault = _home.Open();
        Write(vault, v => v.Records.Put(RecordKind.Account, [], []));
        Assert.Equal([], vault.Records.Get(RecordKind.Account, [])!);
    }

    [Fact]
    public void PutTwice_GivesTheLastValueOnce()
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            v.Records.Put(RecordKind.Session, [1], Body(5000));
            v.Records.Put(RecordKind.Session, [1], [9]);
        });
        Assert.Equal([9], vault.Records.Get(RecordKind.Session, [1])!);
        Assert.Single(vault.Records.All(RecordKind.Session));
    }

    [Fact]
    public void Removed_IsGoneAndRemovedOnce()
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            v.Records.Put(RecordKind.PreKey, [1], [1]);
            Assert.True(v.Records.Remove(RecordKind.PreKey, [1]));
            Assert.False(v.Records.Remove(RecordKind.PreKey, [1]));
        });
        Assert.Null(vault.Records.Get(RecordKind.PreKey, [1]));
    }

    [Fact]
    public void All_GivesKeysAndValuesOfOneKind()
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            for (byte i = 0; i < 50; i++)
                v.Records.Put(RecordKind.PreKey, [0, 0, 0, i], [i, i]);
            v.Records.Put(RecordKind.SignedPreKey, [0, 0, 0, 1], [7]);
        });
        var all = vault.Records.All(RecordKind.PreKey).OrderBy(r => r.Key[3]).ToList();
        Assert.Equal(50, all.Count);
        Assert.Equal([0, 0, 0, 49], all[49].Key);
        Assert.Equal([49, 49], all[49].Value);
        Assert.Empty(vault.Records.All(RecordKind.Invite));
    }

    [Fact]
    public void LargeValue_RoundTrips()
    {
        using var vault = _home.Open();
        var value = Body(3_000_000);
        Write(vault, v => v.Records.Put(RecordKind.Session, [1], value));
        Assert.Equal(value, vault.Records.Get(RecordKind.Session, [1])!);
    }

    [Fact]
    public void WrittenOutsideATransaction_IsRefused()
    {
        using var vault = _home.Open();
        Assert.Throws<InvalidOperationException>(() => vault.Records.Put(RecordKind.Contact, [1], [1]));
        Assert.Throws<InvalidOperationException>(() => vault.Records.Remove(RecordKind.Contact, [1]));
    }
}
