using Kith.Messaging.Conversations;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Stores;

public sealed class MessageStoreTests : IDisposable
{
    private readonly TestHome _home = new();
    private readonly Vault _vault;

    public MessageStoreTests() => _vault = _home.Open();

    private IMessageStore Store => _vault.Messages;

    public void Dispose()
    {
        _vault.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void Put_EveryFieldRoundTrips()
    {
        var first = Message(1, 1, 7, fromMe: true, state: MessageState.Sent, expiresAt: 99);
        var second = Message(1, 2, 8, unread: true);
        Write(_vault, _ =>
        {
            Store.Put(first);
            Store.Put(second);
        });
        AssertSame(first, Store.Find(Id(1)));
        AssertSame(second, Store.Find(Id(2)));
        Assert.Null(Store.Find(Id(3)));
    }

    [Fact]
    public void PutAgain_ReplacesAlsoThePosition()
    {
        var moved = Message(1, 1, 9, expiresAt: 5);
        Write(_vault, _ =>
        {
            Store.Put(Message(1, 1, 7));
            Store.Put(moved);
        });
        AssertSame(moved, Store.Find(Id(1)));
        Assert.Single(Store.Before(Person(1), null, 10));
    }

    [Fact]
    public void Add_RefusesATakenIdInAnyConversation()
    {
        var first = Message(1, 1);
        Write(_vault, _ =>
        {
            Assert.True(Store.Add(first));
            Assert.False(Store.Add(Message(1, 1, 5)));
            Assert.False(Store.Add(Message(2, 1)));
        });
        AssertSame(first, Store.Find(Id(1)));
    }

    [Fact]
    public void PutOfAnotherConversationsId_IsRefused()
    {
        var first = Message(1, 1);
        Write(_vault, _ =>
        {
            Store.Put(first);
            Assert.Throws<InvalidOperationException>(() => Store.Put(Message(2, 1)));
        });
        AssertSame(first, Store.Find(Id(1)));
    }

    [Fact]
    public void SetState_OnlyRaisesOurs()
    {
        Write(_vault, _ =>
        {
            Store.Put(Message(1, 1, fromMe: true, state: MessageState.Waiting));
            Store.Put(Message(1, 2));
            Assert.True(Store.SetState(Id(1), MessageState.Delivered));
            Assert.False(Store.SetState(Id(1), MessageState.Delivered));
            Assert.False(Store.SetState(Id(1), MessageState.Sent));
            Assert.False(Store.SetState(Id(2), MessageState.Read));
            Assert.False(Store.SetState(Id(3), MessageState.Read));
        });
        Assert.Equal(MessageState.Delivered, Store.Find(Id(1))!.State);
        Assert.Equal(MessageState.Received, Store.Find(Id(2))!.State);
    }

    [Fact]
    public void MarkRead_TakesPositionsUpToAndIncluding_TiesById()
    {
        Write(_vault, _ =>
        {
            for (var i = 0; i < 10; i++)
                Store.Put(Message(1, i, depth: i / 2, unread: true)); // two at each depth
            Store.Put(Message(2, 100, unread: true));
        });
        Assert.Equal(10, Store.CountUnread(Person(1)));
        Write(_vault, _ =>
        {
            Assert.Equal(5, Store.MarkRead(Person(1), new MessagePosition(2, Id(4))));
            Assert.Equal(0, Store.MarkRead(Person(1), new MessagePosition(2, Id(4))));
            Assert.Equal(0, Store.MarkRead(Person(9), new MessagePosition(2, Id(4))));
        });
        Assert.Equal(5, Store.CountUnread(Person(1)));
        Assert.Equal(1, Store.CountUnread(Person(2)));
        Assert.Equal(0, Store.CountUnread(Person(9)));
        Assert.False(Store.Find(Id(4))!.Unread);
        Assert.True(Store.Find(Id(5))!.Unread);
    }

    [Fact]
    public void Paging_BothWaysThroughTies_MeetsEachMessageOnce()
    {
        Write(_vault, _ =>
        {
            foreach (var i in Enumerable.Range(0, 100).Reverse())
                Store.Put(Message(1, i, depth: i / 7));
        });
        Assert.Equal(Enumerable.Range(0, 100).Select(Id), Walk(Store.After));
        Assert.Equal(Enumerable.Range(0, 100).Reverse().Select(Id), Walk(Store.Before));
        Assert.Empty(Store.Before(Person(2), null, 10));
        Assert.Empty(Store.After(Person(1), null, 0));
    }

    [Fact]
    public void LongConversation_PagesFromItsMiddleAndEnds()
    {
        const int Count = 100_000;
        Write(_vault, _ =>
        {
            for (var i = 0; i < Count; i++)
                Store.Put(Message(1, i, depth: i));
        });
        Assert.Equal(Id(Count - 1), Store.Before(Person(1), null, 50)[0].Id);
        Assert.Equal(Id(49_999), Store.Before(Person(1), new MessagePosition(50_000, Id(50_000)), 50)[0].Id);
        Assert.Equal(Id(50_001), Store.After(Person(1), new MessagePosition(50_000, Id(50_000)), 50)[0].Id);
        Assert.Equal(Count, Store.Scan(Person(1)).Count());
    }

    [Fact]
    public void Scan_OfAllConversations_IsNewestFirstAndToleratesWrites()
    {
        Write(_vault, _ =>
        {
            for (var i = 0; i < 300; i++)
                Store.Put(Message(i % 3, i, depth: i));
        });
        Assert.Equal(Enumerable.Range(0, 300).Reverse().Select(Id), Store.Scan(null).Select(m => m.Id));
        Assert.Equal(100, Store.Scan(Person(2)).Count());
        Write(_vault, _ =>
        {
            foreach (var message in Store.Scan(null))
                Assert.True(Store.Remove(message.Id));
        });
        Assert.Empty(Store.Scan(null));
    }

    [Fact]
    public void RemoveConversation_LeavesTheOthers()
    {
        Write(_vault, _ =>
        {
            Store.Put(Message(1, 1, unread: true));
            Store.Put(Message(1, 2, 2));
            Store.Put(Message(2, 3));
            Store.RemoveConversation(Person(1));
            Store.RemoveConversation(Person(9));
            Assert.False(Store.Remove(Id(1)));
        });
        Assert.Empty(Store.Before(Person(1), null, 10));
        Assert.Equal(0, Store.CountUnread(Person(1)));
        Assert.NotNull(Store.Find(Id(3)));
    }

    [Fact]
    public void Expiry_IsInOrderOfTime()
    {
        Assert.Null(Store.NextExpiry());
        Write(_vault, _ =>
        {
            Store.Put(Message(1, 1, 1, expiresAt: 300));
            Store.Put(Message(1, 2, 2, expiresAt: 100));
            Store.Put(Message(2, 3, 1, expiresAt: 200));
            Store.Put(Message(2, 4, 2));
        });
        Assert.Equal(100, Store.NextExpiry());
        Assert.Empty(Store.Expired(99, 10));
        Assert.Equal([Id(2), Id(3)], Store.Expired(200, 10).Select(m => m.Id));
        Assert.Equal([Id(2)], Store.Expired(1000, 1).Select(m => m.Id));
        Write(_vault, _ => Store.Remove(Id(2)));
        Assert.Equal(200, Store.NextExpiry());
    }

    [Fact]
    public void ReceivedMarks_HoldPerSenderAndCanBeTakenBack()
    {
        Write(_vault, _ =>
        {
            Assert.True(Store.TryMarkReceived(Person(1), Id(1), 5));
            Assert.False(Store.TryMarkReceived(Person(1), Id(1), 6));
            Assert.True(Store.TryMarkReceived(Person(2), Id(1), 6));
            Store.UnmarkReceived(Person(1), Id(1));
            Store.UnmarkReceived(Person(9), Id(1));
            Assert.True(Store.TryMarkReceived(Person(1), Id(1), 7));
        });
    }

    [Fact]
    public void ReceivedMarks_RolledBack_AreForgotten()
    {
        _vault.Begin();
        Assert.True(Store.TryMarkReceived(Person(7), Id(70), 5));
        _vault.Rollback();
        Write(_vault, _ => Assert.True(Store.TryMarkReceived(Person(7), Id(70), 5)));
    }

    [Fact]
    public void ReceivedMarks_AreKeptNinetyDaysAndThenPruned()
    {
        Write(_vault, _ => Store.TryMarkReceived(Person(1), Id(1), _home.Time.Milliseconds));
        _home.Time.Advance(TimeSpan.FromDays(90));
        _vault.Maintain();
        Write(_vault, _ => Assert.False(Store.TryMarkReceived(Person(1), Id(1), _home.Time.Milliseconds)));
        _home.Time.Advance(TimeSpan.FromDays(1));
        _vault.Maintain();
        Write(_vault, _ => Assert.True(Store.TryMarkReceived(Person(1), Id(1), _home.Time.Milliseconds)));
    }

    private static List<Wire.MessageId> Walk(Func<Wire.AccountId, MessagePosition?, int, IReadOnlyList<StoredMessage>> page)
    {
        var seen = new List<Wire.MessageId>();
        MessagePosition? position = null;
        while (page(Person(1), position, 9) is { Count: > 0 } messages)
        {
            seen.AddRange(messages.Select(m => m.Id));
            position = messages[^1].Position;
        }
        return seen;
    }
}
