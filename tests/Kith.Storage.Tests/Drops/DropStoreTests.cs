using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Storage.Drops;
using static Kith.Storage.Tests.Drops.DropRows;

namespace Kith.Storage.Tests.Drops;

public sealed class DropStoreTests : IDisposable
{
    private readonly TestHome _home = new();
    private DropStore _store;

    public DropStoreTests()
    {
        Directory.CreateDirectory(_home.Home);
        _store = DropStore.Open(_home.Home);
        Assert.Null(_store.Problem);
    }

    public void Dispose()
    {
        _store.Dispose();
        _home.Dispose();
    }

    [Theory]
    [InlineData(1_024)]
    [InlineData(2_048)]
    [InlineData(16_384)]
    public void WhatIsCommitted_IsThereWholeAfterOpeningAgain(int size)
    {
        using var keys = BoxOf(1);
        var chunk = Chunk(5, size);
        var entry = Entry(keys, chunk);
        var place = _store.Add(Now, keys.Box, entry, Prefix, chunk);
        _store.Commit();
        Reopen();
        var kept = Assert.Single(_store.List(keys.Address, 0, 10));
        Assert.Equal((place, keys.Box, entry.Hash, entry.Size, entry.Expiry, entry.Work), (kept.Place, kept.Box, kept.Hash, kept.Size, kept.Expiry, kept.Work));
        Assert.Equal(entry.WriteSignature.ToArray(), kept.WriteSignature.ToArray());
        Assert.True(EntryRules.IsSigned(kept.Box, kept.Entry));
        Assert.Equal(chunk, _store.Chunk(keys.Address, entry.Hash));
        Assert.Equal(new FoundEntry(place, size, entry.Expiry, null), _store.Find(keys.Address, entry.Hash));
        Assert.Equal((size, 1, (long)size), ((int)_store.Used, _store.Boxes, _store.SizeOfPrefix(Prefix)));
        Assert.Equal(new BoxSize(1, 0, size), _store.Size(keys.Address));
    }

    [Fact]
    public void WhatIsNotCommitted_IsGone()
    {
        Add(_store, 1, 1);
        _store.Commit();
        Add(_store, 1, 2);
        Reopen();
        Assert.Single(_store.List(Address(1), 0, 10));
        Assert.Equal(1_024, _store.Used);
    }

    [Fact]
    public void Places_RiseWithTheTimeAndInTheirBox()
    {
        using var keys = BoxOf(1);
        long[] places = [.. new[] { Now, Now, Now - 5_000, Now + 10 }.Select((now, i) => _store.Add(now, keys.Box, Entry(keys, Chunk(i)), Prefix, Chunk(i)))];
        Assert.Equal([Now, Now + 1, Now + 2, Now + 10], places);
        Assert.Equal(places, _store.List(keys.Address, 0, 10).Select(entry => entry.Place));
        Assert.Equal(places[2..], _store.List(keys.Address, places[1], 10).Select(entry => entry.Place));
        Assert.Equal(places[..2], _store.List(keys.Address, 0, 2).Select(entry => entry.Place));
    }

    [Fact]
    public void DeletedEntry_IsATombstoneUntilItWouldHaveExpired()
    {
        var (hash, signature) = (Add(_store, 1, 1, size: 4_096), Signature());
        var expiry = _store.Find(Address(1), hash)!.Value.Expiry;
        _store.Delete(Address(1), hash, long.MaxValue, signature);
        _store.Commit();
        Reopen();
        var found = _store.Find(Address(1), hash)!.Value;
        Assert.Equal((0, expiry), (found.Size, found.Expiry));
        Assert.Equal(signature, found.DeleteSignature);
        Assert.Null(_store.Chunk(Address(1), hash));
        Assert.Empty(_store.List(Address(1), 0, 10));
        Assert.Empty(_store.BoxesFrom(null, 10));
        Assert.Equal((HoldingLimits.TombstoneBytes, 0, HoldingLimits.TombstoneBytes), ((int)_store.Used, _store.Boxes, (int)_store.SizeOfPrefix(Prefix)));
        Assert.Equal(new BoxSize(0, 1, 0), _store.Size(Address(1)));

        // The first delete holds.
        _store.Delete(Address(1), hash, 5, Signature());
        Assert.Equal(signature, _store.Find(Address(1), hash)!.Value.DeleteSignature);
        Assert.Equal(0, _store.RemoveExpired(expiry - 1, 10));
        Assert.Equal(1, _store.RemoveExpired(expiry, 10));
        AssertEmpty();
    }

    [Fact]
    public void DeleteOfWhatWasNeverHere_IsNoted_AndTheBoxTakesOthers()
    {
        var hash = ChunkHash.Of([1]);
        _store.Delete(Address(1), hash, Now + 5, Signature(), prefix: 9);
        Assert.Equal(Now + 5, _store.Find(Address(1), hash)!.Value.Expiry);
        Assert.Equal((0, HoldingLimits.TombstoneBytes), (_store.Boxes, (int)_store.SizeOfPrefix(9)));
        Add(_store, 1, 2);
        Assert.Equal(1, _store.Boxes);
        Assert.Single(_store.List(Address(1), 0, 10));
    }

    [Fact]
    public void DroppedCopy_LeavesNothing()
    {
        var hash = Add(_store, 1, 1);
        _store.Drop(Address(1), hash);
        _store.Drop(Address(1), hash);
        _store.Drop(Address(2), hash);
        Assert.Null(_store.Find(Address(1), hash));
        AssertEmpty();
    }

    [Fact]
    public void Expired_GoLittleByLittle()
    {
        for (var i = 0; i < 10; i++)
            Add(_store, i % 3, i, hours: i < 6 ? 24 : 48);
        _store.Commit();
        var expiry = EntryRules.ExpiryAt(Now, TimeSpan.FromHours(24));
        Assert.Equal(0, _store.RemoveExpired(expiry - 1, 4));
        Assert.Equal([4, 2, 0], Enumerable.Range(0, 3).Select(_ => _store.RemoveExpired(expiry, 4)));
        _store.Commit();
        Reopen();
        Assert.Equal((3, 4 * 1_024L), (_store.Boxes, _store.Used));
        Assert.Equal(4, _store.RemoveExpired(long.MaxValue, 100));
        AssertEmpty();
    }

    [Fact]
    public void Boxes_ComeInTheOrderOfTheirAddresses()
    {
        for (var i = 0; i < 7; i++)
            Add(_store, i, i);
        var all = Enumerable.Range(0, 7).Select(Address).Order(Comparer<BoxAddress>.Create((one, other) => one.CompareTo(other))).ToList();
        Assert.Equal(all, _store.BoxesFrom(null, 100));
        Assert.Equal(all[..3], _store.BoxesFrom(null, 3));
        Assert.Equal(all[3..], _store.BoxesFrom(all[2], 100));
    }

    [Fact]
    public void MuchIsFreed_TheFileShrinks()
    {
        for (var i = 0; i < 200; i++)
            Add(_store, i % 3, i, MailboxLimits.MaxChunk);
        _store.Commit();
        Reopen();
        var full = new FileInfo(Path.Combine(_home.Home, "drops.db")).Length;
        for (var left = 20; left > 0; left--)
        {
            _store.RemoveExpired(long.MaxValue, 64);
            _store.Commit();
        }

        Reopen();
        Assert.True(new FileInfo(Path.Combine(_home.Home, "drops.db")).Length < full / 2);
    }

    private void AssertEmpty() => Assert.Equal((0L, 0, 0L, default), (_store.Used, _store.Boxes, _store.SizeOfPrefix(Prefix), _store.Size(Address(1))));

    private void Reopen()
    {
        _store.Dispose();
        _store = DropStore.Open(_home.Home);
        Assert.Null(_store.Problem);
    }
}
