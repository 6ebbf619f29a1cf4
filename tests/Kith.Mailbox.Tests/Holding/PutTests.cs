using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Holding;

public sealed class PutTests : IDisposable
{
    private readonly HoldingWorld _world = new();
    private readonly BoxKeys _keys = Rows.Keys();

    public void Dispose()
    {
        _world.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void HonestPut_IsTakenListedAndGiven()
    {
        var (small, large) = (_world.PutNew(_keys), _world.PutNew(_keys, MailboxLimits.MaxChunk));
        var listed = _world.List(_keys);
        Assert.Equal((DropCode.Done, false), (listed.Code, listed.HasMore));
        Assert.Equal([small.Entry.Hash, large.Entry.Hash], listed.Entries.Select(entry => entry.Hash));
        Assert.Equal(large.Chunk.ToArray(), listed.Entries[1].Chunk.ToArray());
        Assert.Equal(listed.Last, listed.Entries[1].Place);
        Assert.Equal(large.Chunk.ToArray(), Assert.Single(_world.Fetch(_keys, large.Entry.Hash).Entries).Chunk.ToArray());
        Assert.Equal((1, 1_024 + MailboxLimits.MaxChunk), (_world.Core.Boxes, _world.Core.Used));
    }

    [Fact]
    public void SamePutAgain_ChangesNothing()
    {
        var item = _world.PutNew(_keys);
        Assert.Equal(DropCode.Done, _world.Put(_keys, item));
        Assert.Equal([DropCode.Done, DropCode.Done], _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, [item, item])).Codes);
        Assert.Single(_world.List(_keys).Entries);
    }

    [Fact]
    public void AnotherHolderCarriesAnEntryOn_IsTaken()
    {
        var item = _world.PutNew(_keys);
        using var other = new HoldingWorld();
        Assert.Equal(DropCode.Done, other.Put(_keys, item, HoldingClient.Stranger(9)));
    }

    [Fact]
    public void SizeOfNoChunk_IsRefused()
    {
        Assert.Equal(DropCode.Size, _world.Put(_keys, _world.Item(_keys, new byte[1_025])));
        Assert.Equal(DropCode.Size, _world.Put(_keys, _world.Item(_keys, new byte[2 * MailboxLimits.MaxChunk])));
        Assert.Equal(DropCode.Size, _world.Put(_keys, _world.Item(_keys, new byte[512])));
    }

    [Theory]
    [InlineData(-1)] // past
    [InlineData(0)]
    [InlineData(31 * 24)] // too far
    public void ExpiryPastOrTooFar_IsRefused(int hours) => Assert.Equal(DropCode.Expiry, PutWithExpiry((_world.Now / EntryRules.ExpiryStep * EntryRules.ExpiryStep) + (hours * EntryRules.ExpiryStep)));

    [Fact]
    public void ExpiryThatIsNoWholeHour_IsRefused() => Assert.Equal(DropCode.Expiry, PutWithExpiry(_world.Now + 7_000_001));

    [Fact]
    public void HoldersClockIsDaysOff_RefusesOnlyWhatItsClockCannotTake()
    {
        var item = _world.Item(_keys, HoldingWorld.Chunk());
        _world.Now -= (long)TimeSpan.FromDays(3).TotalMilliseconds;
        Assert.Equal(DropCode.Expiry, _world.Put(_keys, item));
        _world.Now += (long)TimeSpan.FromDays(10).TotalMilliseconds;
        Assert.Equal(DropCode.Done, _world.Put(_keys, item));
        _world.Now += (long)TimeSpan.FromDays(30).TotalMilliseconds;
        Assert.Equal(DropCode.Expiry, _world.Put(_keys, item));
    }

    [Fact]
    public void ChunkThatIsNotItsHash_IsRefused()
    {
        var item = _world.Item(_keys, HoldingWorld.Chunk());
        Assert.Equal(DropCode.Signature, _world.Put(_keys, item with { Chunk = HoldingWorld.Chunk() }));
        Assert.Empty(_world.List(_keys).Entries);
    }

    [Fact]
    public void EntryOfAnotherBoxOrSignedByAnother_IsRefused()
    {
        using var other = Rows.Keys(first: 9);
        Assert.Equal(DropCode.Signature, _world.Put(_keys, _world.Item(other, HoldingWorld.Chunk())));
        // The reader's signature puts nothing.
        var item = _world.Item(_keys, HoldingWorld.Chunk());
        var byReader = EntryRules.SignDelete(_keys.Read!, _keys.Address, item.Entry.Hash);
        Assert.Equal(DropCode.Signature, _world.Put(_keys, item with { Entry = item.Entry with { WriteSignature = byReader } }));
        Assert.Equal(DropCode.Signature, _world.Put(_keys, item with { Entry = item.Entry with { Expiry = item.Entry.Expiry - EntryRules.ExpiryStep } }));
        Assert.Equal(0, _world.Core.Boxes);
    }

    [Fact]
    public void OneOfManyIsWrong_TheOthersAreTaken()
    {
        var items = Enumerable.Range(0, 3).Select(_ => _world.Item(_keys, HoldingWorld.Chunk())).ToList();
        items[1] = items[1] with { Chunk = HoldingWorld.Chunk() };
        Assert.Equal([DropCode.Done, DropCode.Signature, DropCode.Done], _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, items)).Codes);
        Assert.Equal(2, _world.List(_keys).Entries.Count);
    }

    [Fact]
    public void PriceIsNotPaid_IsRefused_AndPaidIsTaken()
    {
        using var keys = BoxKeys.ForReader(Rows.Readable() with { Price = 8 }, 20_717);
        var chunk = HoldingWorld.Chunk();
        Assert.True(ProofOfWork.OfEntry(keys.Box, ChunkHash.Of(chunk)).TryFinish(int.MaxValue, out var work));
        Assert.Equal(DropCode.Price, _world.Put(keys, _world.Item(keys, chunk, work + (work == 0 ? 1UL : 0) - 1)));
        Assert.Equal(DropCode.Done, _world.Put(keys, _world.Item(keys, chunk, work)));
        // Where there is no price none is paid.
        Assert.Equal(DropCode.Price, _world.Put(_keys, _world.Item(_keys, chunk, work: 5)));
    }

    [Fact]
    public void DeletedEntryComesAgain_IsRefused()
    {
        var item = _world.PutNew(_keys);
        Assert.Equal(DropCode.Done, _world.Delete(_keys, item.Entry.Hash));
        Assert.Equal(DropCode.Deleted, _world.Put(_keys, item));
    }

    [Fact]
    public void NoRoomIsOffered_TakesNothingMore_ButServesAndKeeps()
    {
        var item = _world.PutNew(_keys);
        _world.Core.Offer(0);
        Assert.False(_world.Ask<WelcomeAnswer>(new HelloRequest()).OffersRoom);
        Assert.Equal(DropCode.NoRoom, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk())));
        Assert.Equal(DropCode.Done, _world.Put(_keys, item)); // it is here
        Assert.Equal(item.Chunk.ToArray(), Assert.Single(_world.List(_keys).Entries).Chunk.ToArray());
        Assert.Equal(AuditState.Kept, _world.Audit(_keys, item.Entry.Hash).State);
        Assert.Equal(DropCode.Done, _world.Delete(_keys, item.Entry.Hash));
    }

    [Fact]
    public void BoxHasAllItsBytes_IsRefused()
    {
        var near = new HoldingClient(null, isNear: true);
        for (long bytes = 0; bytes < HoldingLimits.BoxBytes; bytes += 32 * MailboxLimits.MaxChunk)
        {
            var items = Enumerable.Range(0, 32).Select(_ => _world.Item(_keys, HoldingWorld.Chunk(MailboxLimits.MaxChunk))).ToList();
            Assert.All(_world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, items), near).Codes, code => Assert.Equal(DropCode.Done, code));
        }

        Assert.Equal(DropCode.BoxFull, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk()), near));
        using var next = Rows.Keys(index: 20_718);
        Assert.Equal(DropCode.Done, _world.Put(next, _world.Item(next, HoldingWorld.Chunk()), near));
    }

    [Fact]
    public void BoxHasAllItsEntries_IsRefused()
    {
        var near = new HoldingClient(null, isNear: true);
        for (var count = 0; count < HoldingLimits.BoxEntries; count += 64)
        {
            var items = Enumerable.Range(0, 64).Select(_ => _world.Item(_keys, HoldingWorld.Chunk())).ToList();
            Assert.All(_world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, items), near).Codes, code => Assert.Equal(DropCode.Done, code));
        }

        Assert.Equal(DropCode.BoxFull, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk()), near));
        var listed = _world.List(_keys, ReadFlags.None);
        Assert.Equal(HoldingLimits.BoxEntries, listed.Entries.Count);
        Assert.Equal(DropCode.Done, _world.Delete(_keys, listed.Entries[0].Hash));
        Assert.Equal(DropCode.Done, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk()), near));
    }

    [Fact]
    public void PrefixHasItsShare_IsRefused_AndOthersAreNot()
    {
        var (first, near) = (HoldingClient.Stranger(3), new HoldingClient(null, isNear: true));
        Fill(first, HoldingLimits.LeastPrefixShare);
        _world.Core.Offer(HoldingLimits.LeastPrefixShare * 2);
        Assert.Equal(DropCode.ShareUsedUp, Put(first));
        Assert.Equal(DropCode.ShareUsedUp, Put(new HoldingClient(first.From!.Value.WithPort(99), isNear: false)));
        Assert.Equal(DropCode.Done, Put(HoldingClient.Stranger(4)));
        Assert.Equal(DropCode.Done, Put(near));
        // What is deleted makes room again.
        Assert.Equal(DropCode.Done, _world.Delete(_keys, _world.List(_keys, ReadFlags.None).Entries[0].Hash));
        Assert.Equal(DropCode.Done, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk(8_192)), first));
    }

    [Fact]
    public void HolderIsFull_IsRefused()
    {
        _world.Core.Offer(2 << 20);
        Fill(new HoldingClient(null, isNear: true), 2 << 20);
        Assert.Equal(DropCode.Full, Put(new HoldingClient(null, isNear: true)));
        Assert.Equal(0u, _world.Ask<WelcomeAnswer>(new HelloRequest()).FreeRoom);
    }

    [Fact]
    public void HolderIsFull_SurplusGivesWayFirst()
    {
        var surplus = new OneSurplus();
        using var world = new HoldingWorld(8 << 10, surplus);
        var near = new HoldingClient(null, isNear: true);
        var first = world.PutNew(_keys, 4_096, near);
        world.PutNew(_keys, 4_096, near);
        Assert.Equal(DropCode.Full, world.Put(_keys, world.Item(_keys, HoldingWorld.Chunk()), near));
        surplus.Copies.Enqueue((_keys.Address, first.Entry.Hash));
        var item = world.PutNew(_keys, 2_048, near);
        Assert.Equal(AuditState.Absent, world.Audit(_keys, first.Entry.Hash).State);
        Assert.Equal(AuditState.Kept, world.Audit(_keys, item.Entry.Hash).State);
        // It was dropped, not deleted: who brings it again is heard.
        Assert.Equal(DropCode.Full, world.Put(_keys, first, near));
    }

    private DropCode PutWithExpiry(long expiry)
    {
        var chunk = HoldingWorld.Chunk();
        return _world.Put(_keys, new PutItem(EntryRules.Sign(_keys, ChunkHash.Of(chunk), chunk.Length, expiry, 0), chunk));
    }

    private DropCode Put(HoldingClient client)
    {
        var chunk = HoldingWorld.Chunk(MailboxLimits.MaxChunk);
        return _world.Put(_keys, _world.Item(_keys, chunk), client);
    }

    private void Fill(HoldingClient client, long bytes)
    {
        for (; bytes > 0; bytes -= 32 * MailboxLimits.MaxChunk)
        {
            var items = Enumerable.Range(0, 32).Select(_ => _world.Item(_keys, HoldingWorld.Chunk(MailboxLimits.MaxChunk))).ToList();
            Assert.All(_world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, items), client).Codes, code => Assert.Equal(DropCode.Done, code));
        }
    }

    private sealed class OneSurplus : ISurplus
    {
        public Queue<(BoxAddress Box, ChunkHash Hash)> Copies { get; } = [];

        public bool TryTake(out BoxAddress box, out ChunkHash hash)
        {
            var found = Copies.TryDequeue(out var copy);
            (box, hash) = copy;
            return found;
        }
    }
}
