using Kith.Delivery;
using Kith.Storage.Stores;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Stores;

public sealed class OutboxStoreTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void PutAndReopened_GivesTheItem()
    {
        var sent = Item(1, 1, 5, envelope: [1, 2, 3]);
        using (var vault = _home.Open())
            Write(vault, v => v.Outbox.Put(sent));
        using (var vault = _home.Open())
            AssertSameItem(sent, vault.Outbox.Find(Id(1)));
    }

    [Fact]
    public void StoredInADrop_KeepsWhenAndHowOften()
    {
        var stored = Item(1, 1, 5, envelope: [1, 2, 3]).StoredOnceMore(77).StoredOnceMore(99);
        using (var vault = _home.Open())
            Write(vault, v => v.Outbox.Put(stored));
        using (var vault = _home.Open())
        {
            var found = vault.Outbox.Find(Id(1))!;
            AssertSameItem(stored, found);
            Assert.Equal((99L, 2), (found.StoredAt, found.Stores));
        }
    }

    [Fact]
    public void RowOfBeforeDrops_IsRead()
    {
        // Route 1, time 7, form 1 (an envelope), a content of one byte, an envelope of two.
        byte[] row = [1, 0, 0, 0, 0, 0, 0, 0, 7, 1, 1, 5, 8, 9];
        Assert.True(OutboxRow.TryRead(row, Id(1), Person(1), 3, out var item));
        Assert.Equal([8, 9], item!.Envelope!.Value.ToArray());
        Assert.Null(item.StoredAt);
        row[9] = 4;
        Assert.False(OutboxRow.TryRead(row, Id(1), Person(1), 3, out _));
    }

    [Fact]
    public void WithoutAndWithEmptyEnvelope_AreToldApart()
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            v.Outbox.Put(Item(1, 1, 1, size: 0));
            v.Outbox.Put(Item(1, 2, 2, envelope: []));
        });
        Assert.Null(vault.Outbox.Find(Id(1))!.Envelope);
        Assert.Equal(0, vault.Outbox.Find(Id(1))!.Content.Length);
        Assert.Equal(0, vault.Outbox.Find(Id(2))!.Envelope!.Value.Length);
    }

    [Fact]
    public void PutAgain_ReplacesTheItem()
    {
        using var vault = _home.Open();
        var envelope = Item(1, 1, 1, envelope: Body(1400));
        Write(vault, v =>
        {
            v.Outbox.Put(Item(1, 1, 1));
            v.Outbox.Put(envelope);
        });
        AssertSameItem(envelope, vault.Outbox.Find(Id(1)));
        Assert.Equal(1, vault.Outbox.Count());

        var moved = Item(2, 1, 9);
        Write(vault, v => v.Outbox.Put(moved));
        AssertSameItem(moved, vault.Outbox.Find(Id(1)));
        Assert.Empty(vault.Outbox.Load(Person(1), 0, 10));
        Assert.Equal(1, vault.Outbox.Count());
    }

    [Fact]
    public void TwoItemsAtOneSequence_AreRefused()
    {
        using var vault = _home.Open();
        vault.Begin();
        vault.Outbox.Put(Item(1, 1, 1));
        Assert.ThrowsAny<InvalidOperationException>(() => vault.Outbox.Put(Item(1, 2, 1)));
        vault.Rollback();
    }

    [Fact]
    public void Load_GivesOnePeersItemsInOrderAboveASequence()
    {
        using var vault = _home.Open();
        Write(vault, v =>
        {
            foreach (var sequence in new[] { 7, 3, 9, 1, 5 })
                v.Outbox.Put(Item(1, sequence, sequence));
            v.Outbox.Put(Item(2, 4, 4));
        });
        Assert.Equal([1, 3, 5, 7, 9], vault.Outbox.Load(Person(1), 0, 100).Select(i => i.Sequence));
        Assert.Equal([1, 3, 5, 7, 9], vault.Outbox.Load(Person(1), long.MinValue, 100).Select(i => i.Sequence));
        Assert.Equal([5, 7], vault.Outbox.Load(Person(1), 3, 2).Select(i => i.Sequence));
        Assert.Empty(vault.Outbox.Load(Person(1), 9, 100));
        Assert.Empty(vault.Outbox.Load(Person(1), long.MaxValue, 100));
        Assert.Empty(vault.Outbox.Load(Person(3), 0, 100));
    }

    [Fact]
    public void PeersAndCount_FollowWhatWaits()
    {
        using var vault = _home.Open();
        Assert.Equal(0, vault.Outbox.Count());
        Write(vault, v =>
        {
            for (var i = 1; i <= 10; i++)
                v.Outbox.Put(Item(i % 3, i, i));
        });
        Assert.Equal(10, vault.Outbox.Count());
        Assert.Equal([Person(0), Person(1), Person(2)], vault.Outbox.Peers().Order());
        Write(vault, v =>
        {
            v.Outbox.RemovePeer(Person(1));
            Assert.True(v.Outbox.Remove(Id(3)));
            Assert.False(v.Outbox.Remove(Id(3)));
        });
        Assert.Equal(5, vault.Outbox.Count());
        Assert.Equal([Person(0), Person(2)], vault.Outbox.Peers().Order());
    }

    [Fact]
    public void RolledBack_CountsAndPeersAreThoseBefore()
    {
        using var vault = _home.Open();
        Write(vault, v => v.Outbox.Put(Item(1, 1, 1)));
        vault.Begin();
        vault.Outbox.Put(Item(2, 2, 2));
        vault.Outbox.Remove(Id(1));
        vault.Rollback();
        Assert.Equal(1, vault.Outbox.Count());
        Assert.Equal([Person(1)], vault.Outbox.Peers());
        Write(vault, v => v.Outbox.Put(Item(2, 2, 2)));
        Assert.Equal(Person(2), vault.Outbox.Find(Id(2))!.Peer);
    }

    [Fact]
    public void NextSequence_NeverGivesOneTwice_WhateverWasRemovedUndoneOrReopened()
    {
        var seen = new HashSet<long>();
        for (var round = 0; round < 3; round++)
        {
            using var vault = _home.Open();
            for (var i = 0; i < 1500; i++)
            {
                vault.Begin();
                var sequence = vault.Outbox.NextSequence();
                Assert.True(seen.Add(sequence));
                vault.Outbox.Put(Item(1, 1, sequence, size: 10));
                vault.Outbox.Remove(Id(1));
                if (i % 3 == 0)
                    vault.Rollback();
                else
                    vault.Commit();
            }
        }
    }

    [Fact]
    public void PutAboveTheNextSequence_RaisesIt()
    {
        using (var vault = _home.Open())
        {
            Write(vault, v => v.Outbox.Put(Item(1, 1, 50_000)));
            Write(vault, v => Assert.True(v.Outbox.NextSequence() > 50_000));
        }
        using (var vault = _home.Open())
            Write(vault, v => Assert.True(v.Outbox.NextSequence() > 50_001));
    }

    private static void AssertSameItem(OutboxItem expected, OutboxItem? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Content = default, Envelope = null }, actual with { Content = default, Envelope = null });
        Assert.Equal(expected.Content.ToArray(), actual.Content.ToArray());
        Assert.Equal(expected.Envelope?.ToArray(), actual.Envelope?.ToArray());
    }
}
