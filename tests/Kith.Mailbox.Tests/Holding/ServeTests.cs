using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Holding;

public sealed class ServeTests : IDisposable
{
    private readonly HoldingWorld _world = new();
    private readonly BoxKeys _keys = Rows.Keys();

    public void Dispose()
    {
        _world.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void BoxThatNeverWas_IsEmpty()
    {
        var answer = _world.List(_keys, after: 7);
        Assert.Equal((DropCode.Done, false, 7L, 0), (answer.Code, answer.HasMore, answer.Last, answer.Entries.Count));
        Assert.Empty(_world.Fetch(_keys, ChunkHash.Of([1])).Entries);
    }

    [Fact]
    public void ReadByTheWriterOrAStranger_IsRefused()
    {
        _world.PutNew(_keys);
        using var other = Rows.Keys(first: 9);
        foreach (var key in new[] { _keys.Write, other.Read })
        {
            var answer = _world.Ask<EntriesAnswer>(new ReadRequest(_keys.Box, ReadFlags.WithChunks | ReadFlags.News, 0, WireLimits.MaxReadBytes, []) { Key = key });
            Assert.Equal((DropCode.Signature, 0), (answer.Code, answer.Entries.Count));
        }

        Assert.False(_world.Client.IsWatching);
    }

    [Fact]
    public void ReadReplayedOnAnotherSession_IsRefused()
    {
        _world.PutNew(_keys);
        var request = new ReadRequest(_keys.Box, ReadFlags.WithChunks, 0, WireLimits.MaxReadBytes, []) { Key = _keys.Read };
        Assert.Equal(DropCode.Done, _world.Ask<EntriesAnswer>(request).Code);
        Assert.Equal(DropCode.Signature, _world.Ask<EntriesAnswer>(request, HoldingClient.Stranger(2), _world.Client.HandshakeHash).Code);
    }

    [Fact]
    public void MoreThanOneAnswerTakes_ComesPageByPage()
    {
        var items = Enumerable.Range(0, 10).Select(_ => _world.PutNew(_keys, 4_096)).ToList();
        var (read, after, pages) = (new List<ChunkHash>(), 0L, 0);
        EntriesAnswer answer;
        do
        {
            answer = _world.List(_keys, after: after, most: 3 * 4_096);
            Assert.All(answer.Entries, entry => Assert.Equal(entry.Hash, ChunkHash.Of(entry.Chunk.Span)));
            read.AddRange(answer.Entries.Select(entry => entry.Hash));
            after = answer.Last;
            pages++;
        }
        while (answer.HasMore);
        Assert.Equal(items.Select(item => item.Entry.Hash), read);
        Assert.Equal(4, pages);
    }

    [Fact]
    public void LessIsWantedThanOneChunk_ItIsListedWithoutItsBytes()
    {
        _world.PutNew(_keys, 4_096);
        var answer = _world.List(_keys, most: 1_000);
        Assert.True(Assert.Single(answer.Entries).Chunk.IsEmpty);
    }

    [Fact]
    public void FetchOfMoreThanWanted_SaysSo()
    {
        var items = Enumerable.Range(0, 3).Select(_ => _world.PutNew(_keys, 4_096).Entry.Hash).ToList();
        var answer = _world.Ask<EntriesAnswer>(new ReadRequest(_keys.Box, ReadFlags.WithChunks, 0, 8_192, items) { Key = _keys.Read });
        Assert.True(answer.HasMore);
        Assert.Equal(items.Take(2), answer.Entries.Select(entry => entry.Hash));
    }

    [Fact]
    public void News_ComeAfterTheCommit_OnceEach()
    {
        var number = _world.Client.Give(_world.Core, _world.Now, new ReadRequest(_keys.Box, ReadFlags.WithChunks | ReadFlags.News, 0, WireLimits.MaxReadBytes, []) { Key = _keys.Read });
        _world.Core.Finish(_world.Now);
        Assert.True(_world.Client.IsWatching);
        var writer = HoldingClient.Stranger(5);
        var items = Enumerable.Range(0, 2).Select(_ => _world.Item(_keys, HoldingWorld.Chunk())).ToList();
        var put = writer.Give(_world.Core, _world.Now, new PutRequest(_keys.Box, 0, items));
        Assert.Empty(_world.Client.News);
        Assert.False(writer.Answers.ContainsKey(put));
        _world.Core.Finish(_world.Now);
        var (told, news) = Assert.Single(_world.Client.News);
        Assert.Equal(number, told);
        Assert.Equal(items.Select(item => item.Chunk.ToArray()), news.Entries.Select(entry => entry.Chunk.ToArray()));
        Assert.Equal(news.Entries[^1].Place, news.Last);
        // A repetition is none.
        _world.Put(_keys, items[0], writer);
        Assert.Single(_world.Client.News);
    }

    [Fact]
    public void ClientIsGone_IsToldNothing()
    {
        _world.List(_keys, ReadFlags.News);
        var late = _world.Client.Give(_world.Core, _world.Now, new HelloRequest());
        _world.Core.Gone(_world.Client);
        _world.PutNew(_keys, client: HoldingClient.Stranger(5));
        Assert.Empty(_world.Client.News);
        Assert.False(_world.Client.Answers.ContainsKey(late));
    }

    [Fact]
    public void TheReaderDeletes_ItIsGoneAndSaidSo()
    {
        var item = _world.PutNew(_keys);
        Assert.Equal(DropCode.Done, _world.Delete(_keys, item.Entry.Hash));
        Assert.Equal(DropCode.Done, _world.Delete(_keys, item.Entry.Hash));
        Assert.Empty(_world.List(_keys).Entries);
        Assert.Empty(_world.Fetch(_keys, item.Entry.Hash).Entries);
        var outcome = _world.Audit(_keys, item.Entry.Hash);
        Assert.Equal(AuditState.Deleted, outcome.State);
        Assert.True(EntryRules.IsDelete(_keys.Box, item.Entry.Hash, outcome.Proof.Span));
        Assert.Equal(0, _world.Core.Boxes);
    }

    [Fact]
    public void DeleteComesBeforeThePut_IsRemembered()
    {
        var item = _world.Item(_keys, HoldingWorld.Chunk());
        Assert.Equal(DropCode.Done, _world.Delete(_keys, item.Entry.Hash));
        Assert.Equal(DropCode.Deleted, _world.Put(_keys, item));
    }

    [Fact]
    public void DeleteByOthers_IsRefused()
    {
        var item = _world.PutNew(_keys);
        using var other = Rows.Keys(first: 9);
        byte[][] signatures =
        [
            EntryRules.SignDelete(_keys.Write, _keys.Address, item.Entry.Hash),
            EntryRules.SignDelete(other.Read!, _keys.Address, item.Entry.Hash),
            EntryRules.SignDelete(_keys.Read!, other.Address, item.Entry.Hash), // of another period
            EntryRules.SignDelete(_keys.Read!, _keys.Address, ChunkHash.Of([1])),
            item.Entry.WriteSignature.ToArray(),
        ];
        Assert.All(
            _world.Ask<DeleteAnswer>(new DeleteRequest(_keys.Box, [.. signatures.Select(signature => new DeleteItem(item.Entry.Hash, signature))])).Codes,
            code => Assert.Equal(DropCode.Signature, code));
        Assert.Single(_world.List(_keys).Entries);
    }

    [Fact]
    public void Audit_ProvesWhatIsKept_BoundToThisHolderAndNonce()
    {
        var item = _world.PutNew(_keys);
        var nonce = SystemRandom.Instance.NextBytes(ChunkAudit.NonceSize);
        var outcome = _world.Audit(_keys, item.Entry.Hash, nonce);
        Assert.Equal(AuditState.Kept, outcome.State);
        Assert.Equal(ChunkAudit.Digest(nonce, _world.Key, item.Chunk.Span), outcome.Proof.ToArray());
        Assert.Equal(AuditState.Absent, _world.Audit(_keys, ChunkHash.Of([1])).State);
        using var other = Rows.Keys(index: 20_718);
        Assert.Equal(AuditState.Absent, _world.Audit(other, item.Entry.Hash).State);
    }

    [Fact]
    public void Expired_IsServedNoMore_AndRemovedWithItsTombstones()
    {
        var (kept, deleted) = (_world.PutNew(_keys), _world.PutNew(_keys));
        _world.Delete(_keys, deleted.Entry.Hash);
        _world.Now = kept.Entry.Expiry;
        Assert.Empty(_world.List(_keys).Entries);
        Assert.Equal(AuditState.Absent, _world.Audit(_keys, kept.Entry.Hash).State);
        _world.Core.Finish(_world.Core.NextDeadline);
        Assert.Equal((0, 0L), (_world.Core.Boxes, _world.Core.Used));
    }

    [Fact]
    public void Pass_IsRefused() => Assert.Equal(DropCode.NoRoom, _world.Ask<PassAnswer>(new PassRequest(_world.Client.From!.Value, new byte[10])).Code);
}
