using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Tests.Sphinx;

public sealed class ReplyBookTests : IDisposable
{
    private readonly Relays _relays = new(2);
    private readonly byte[] _payload = new byte[SphinxFormat.PayloadSize];

    public void Dispose() => _relays.Dispose();

    [Fact]
    public void Block_IsTakenOnce()
    {
        var book = new ReplyBook<string>();
        var keys = Keys();
        book.Add(keys, "ack", 1_000);
        Assert.True(book.TryTake(999, keys.Id, _payload, out var about));
        Assert.Equal("ack", about);
        Assert.False(book.TryTake(999, keys.Id, _payload, out _));
        Assert.False(book.TryTake(999, new ReplyId(5), _payload, out _));
    }

    [Fact]
    public void Block_Expired_IsForgotten_AndSaidOnce()
    {
        var book = new ReplyBook<string>();
        var (first, second) = (Keys(), Keys());
        book.Add(first, "first", 1_000);
        book.Add(second, "second", 2_000);
        Assert.Equal(["first"], book.Expire(1_000));
        Assert.Empty(book.Expire(1_000));
        Assert.False(book.TryTake(1_000, first.Id, _payload, out _));
        Assert.False(book.TryTake(2_000, second.Id, _payload, out _));
        Assert.Equal(0, book.Count);
    }

    [Fact]
    public void Book_Full_DropsWhatWouldExpireFirst()
    {
        var book = new ReplyBook<int>(capacity: 3);
        var keys = Enumerable.Range(0, 5).Select(_ => Keys()).ToArray();
        for (var i = 0; i < keys.Length; i++)
            book.Add(keys[i], i, 1_000 + i);
        Assert.Equal((3, 2L), (book.Count, book.Displaced));
        Assert.False(book.TryTake(0, keys[1].Id, _payload, out _));
        Assert.True(book.TryTake(0, keys[2].Id, _payload, out _));
    }

    [Fact]
    public void Book_UsedForLong_StaysSmall()
    {
        var book = new ReplyBook<int>(capacity: 4);
        var keys = Keys();
        book.Add(keys, 1, 5_000);
        for (var i = 0; i < 200; i++)
        {
            var next = Keys();
            book.Add(next, i, 9_000);
            Assert.True(book.Forget(next.Id));
        }

        Assert.Equal((1, 0L), (book.Count, book.Displaced));
        Assert.Equal([1], book.Expire(5_000));
    }

    private ReplyKeys Keys()
    {
        Assert.True(_relays.Builder.TryCreateReplyBlock(_relays.Path(2), out _, out var keys));
        return keys!;
    }
}
