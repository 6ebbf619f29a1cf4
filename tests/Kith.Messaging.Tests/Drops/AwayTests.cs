using Kith.Delivery;
using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Drops;

/// <summary>Two people who are contacts and never online together.</summary>
public sealed class AwayTests : IDisposable
{
    private readonly Pair _pair = new();
    private readonly Holders _holders = new();
    private readonly DropNode _alice;
    private readonly DropNode _bob;

    public AwayTests() => (_alice, _bob) = (new DropNode(_pair.Alice, _holders), new DropNode(_pair.Bob, _holders));

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Message_IsStoredThenDeliveredByAReceiptOutOfABox()
    {
        var id = _pair.Alice.Say(_pair.Bob, "are you there?").Id;
        _alice.Visit();
        Assert.Equal((MessageState.Stored, "drop"), Seen(id));
        Days(2);
        _bob.Visit();
        Assert.Equal(("are you there?", "drop"), (_pair.Bob.Last(_pair.Alice).Text, _pair.Bob.Last(_pair.Alice).Route));
        Assert.Equal((MessageState.Stored, "drop"), Seen(id));
        Days(2);
        _alice.Visit();
        Assert.Equal((MessageState.Delivered, "drop"), Seen(id));
        Assert.Equal(0, _pair.Alice.Outbox.Count());
    }

    [Fact]
    public void ReadReceipt_TravelsToo()
    {
        var id = _pair.Alice.Say(_pair.Bob, "read me").Id;
        _alice.Visit();
        _bob.Visit();
        _pair.Bob.Batch(messenger => messenger.MarkRead(_pair.Alice.Id, id));
        _bob.Visit();
        _alice.Visit();
        Assert.Equal(MessageState.Read, _pair.Alice.Messenger.Message(id)!.State);
    }

    [Fact]
    public void ManyMessages_AreAcknowledgedInOneEnvelope()
    {
        for (var i = 0; i < 300; i++)
            _pair.Alice.Say(_pair.Bob, $"{i}");
        _alice.Visit();
        var before = _holders.Puts;
        _bob.Visit();
        Assert.Equal(1, _holders.Puts - before);
        _alice.Visit();
        Assert.Equal(0, _pair.Alice.Outbox.Count());
        Assert.Equal(Enumerable.Range(100, 200).Select(i => $"{i}"), _pair.Bob.With(_pair.Alice).Select(message => message.Text));
    }

    [Fact]
    public void Typing_IsNotLeftAnywhere()
    {
        _pair.Alice.Batch(messenger => messenger.SetTyping(_pair.Bob.Id, true));
        Assert.All(_pair.Alice.Effects.Once, once => Assert.False(once.ByDrop));
    }

    [Fact]
    public void LostReceipt_ComesAgainWithTheRepetition()
    {
        var id = _pair.Alice.Say(_pair.Bob, "once").Id;
        _alice.Visit();
        _holders.Keeps = () => false;
        _bob.Visit();
        _holders.Keeps = () => true;
        _alice.Visit();
        Assert.Equal((MessageState.Stored, "drop"), Seen(id));
        Days(3);
        _alice.Visit();
        _bob.Visit();
        _alice.Visit();
        Assert.Equal(MessageState.Delivered, _pair.Alice.Messenger.Message(id)!.State);
        Assert.Single(_pair.Bob.With(_pair.Alice));
    }

    [Fact]
    public void HoldersAreGone_WaitsAndGoesLater()
    {
        _holders.Works = false;
        var id = _pair.Alice.Say(_pair.Bob, "later").Id;
        _alice.Visit();
        Assert.Equal(MessageState.Waiting, _pair.Alice.Messenger.Message(id)!.State);
        _holders.Works = true;
        _alice.Visit();
        Assert.Equal((MessageState.Stored, "drop"), Seen(id));
    }

    [Fact]
    public void StoredThenSeenDirectly_ShownOnceAndSettled()
    {
        var id = _pair.Alice.Say(_pair.Bob, "twice on its way").Id;
        _alice.Visit();
        _pair.Net.Run();
        Assert.Equal(MessageState.Delivered, _pair.Alice.Messenger.Message(id)!.State);
        _bob.Visit();
        Assert.Single(_pair.Bob.With(_pair.Alice));
    }

    [Fact]
    public void StoredIsSaidAfterItWasDelivered_StateStays()
    {
        var id = _pair.Alice.Say(_pair.Bob, "fast").Id;
        _pair.Net.Run();
        _pair.Alice.Batch(messenger => messenger.Stored(_pair.Bob.Id, [id]));
        Assert.Equal(MessageState.Delivered, _pair.Alice.Messenger.Message(id)!.State);
        Assert.Equal("direct", _pair.Alice.Messenger.Message(id)!.Route);
    }

    [Theory]
    [InlineData(RouteKind.Auto, RouteKind.Drop, "drop")]
    [InlineData(RouteKind.Drop, RouteKind.Direct, "drop")]
    [InlineData(RouteKind.Auto, RouteKind.Direct, "direct")]
    public void ReceiptIsFasterThanTheHolders_TheRouteIsToldRightly(RouteKind asked, RouteKind receipt, string shown)
    {
        var id = _pair.Alice.Batch(messenger => messenger.SendText(_pair.Bob.Id, "quick", null, asked)).Id;
        var envelope = Forger.SealReceipt(_pair.Bob, _pair.Alice, id.ToArray());
        _pair.Alice.Batch(messenger => messenger.ReceiveEnvelope(new PeerOrigin(receipt, default, default), envelope));
        Assert.Equal((MessageState.Delivered, shown), Seen(id));
        _pair.Alice.Batch(messenger => messenger.Stored(_pair.Bob.Id, [id]));
        Assert.Equal((MessageState.Delivered, shown), Seen(id));
    }

    [Fact]
    public void StoredForSomebodyElse_ChangesNothing()
    {
        using var other = new Pair(9);
        var id = _pair.Alice.Say(_pair.Bob, "mine").Id;
        _pair.Alice.Batch(messenger => messenger.Stored(other.Bob.Id, [id]));
        Assert.Equal(MessageState.Waiting, _pair.Alice.Messenger.Message(id)!.State);
        Assert.Null(_pair.Alice.Outbox.Find(id)!.StoredAt);
    }

    [Fact]
    public void DisappearingMessage_RunsFromWhenItWasStored()
    {
        _pair.Alice.Batch(messenger => messenger.SetDisappearing(_pair.Bob.Id, 60_000));
        var id = _pair.Alice.Say(_pair.Bob, "short").Id;
        _alice.Visit();
        Assert.InRange(_pair.Alice.Messenger.Message(id)!.ExpiresAt!.Value, _pair.Alice.Clock.Now, _pair.Alice.Clock.Now + 60_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WeeksApart_NothingLostNothingTwiceInOneOrder(int seed)
    {
        var random = new Random(seed);
        _holders.Keeps = () => random.Next(20) > 0;
        _holders.Order = kept => kept.OrderBy(one => random.Next(4) == 0 ? random.Next() : (int)(one.At / 1000));
        var said = new Dictionary<Person, List<string>> { [_pair.Alice] = [], [_pair.Bob] = [] };
        for (var turn = 0; turn < 40; turn++)
        {
            var (node, other) = random.Next(2) == 0 ? (_alice, _pair.Bob) : (_bob, _pair.Alice);
            _pair.Alice.Clock.Advance(TimeSpan.FromHours(random.Next(1, 60)));
            if (random.Next(3) == 0)
                _holders.Repeat(random);
            node.Visit(restart: random.Next(2) == 0);
            for (var i = random.Next(4); i > 0; i--)
            {
                var text = $"{node.Person.Name} {turn} {i}";
                node.Person.Say(other, text);
                said[node.Person].Add(text);
            }

            node.Visit(restart: false);
        }

        for (var turn = 0; turn < 12; turn++)
        {
            Days(2);
            _alice.Visit();
            _bob.Visit();
        }

        var alice = _pair.Alice.With(_pair.Bob);
        Assert.Equal(alice.Select(message => (message.Id, message.Text)), _pair.Bob.With(_pair.Alice).Select(message => (message.Id, message.Text)));
        foreach (var (person, texts) in said)
            Assert.Equal(texts, alice.Where(message => message.FromMe == (person == _pair.Alice)).Select(message => message.Text));
        Assert.All(alice, message => Assert.False(message.Missing));
        Assert.Equal((0, 0), (_pair.Alice.Outbox.Count(), _pair.Bob.Outbox.Count()));
    }

    [Fact]
    public void ReceiverIsRestoredFromAnOldBackup_TheyTalkOnWithoutMeeting()
    {
        _pair.Alice.Say(_pair.Bob, "before");
        _alice.Visit();
        _bob.Visit();
        _alice.Visit();
        var backup = _pair.Bob.Export();
        _pair.Alice.Say(_pair.Bob, "read, then forgotten");
        _alice.Visit();
        _bob.Visit();
        _alice.Visit();
        _pair.Alice.Say(_pair.Bob, "on its way");
        _alice.Visit();
        Days(1);
        _pair.Bob.Restore(backup);
        _pair.Bob.Say(_pair.Alice, "I am back");
        for (var turn = 0; turn < 6; turn++)
        {
            Days(1);
            _bob.Visit(restart: false);
            _alice.Visit(restart: false);
        }

        Assert.Equal(["before", "on its way", "I am back"], _pair.Bob.With(_pair.Alice).Select(message => message.Text).OrderBy(text => text == "I am back"));
        Assert.Contains(_pair.Alice.With(_pair.Bob), message => message.Text == "I am back");
        Assert.Equal((0, 0), (_pair.Alice.Outbox.Count(), _pair.Bob.Outbox.Count()));
    }

    [Fact]
    public void WriterIsRestoredFromAnOldBackup_TheyTalkOnWithoutMeeting()
    {
        var backup = _pair.Alice.Export();
        _pair.Alice.Say(_pair.Bob, "forgotten by its writer");
        _alice.Visit();
        _bob.Visit();
        _pair.Alice.Restore(backup);
        _pair.Alice.Say(_pair.Bob, "again");
        for (var turn = 0; turn < 6; turn++)
        {
            Days(1);
            _alice.Visit(restart: false);
            _bob.Visit(restart: false);
        }

        Assert.Contains(_pair.Bob.With(_pair.Alice), message => message.Text == "again");
        Assert.Equal((0, 0), (_pair.Alice.Outbox.Count(), _pair.Bob.Outbox.Count()));
    }

    private void Days(int days) => _pair.Alice.Clock.Advance(TimeSpan.FromDays(days));

    private (MessageState, string?) Seen(Kith.Wire.MessageId id)
    {
        var message = _pair.Alice.Messenger.Message(id)!;
        return (message.State, message.Route);
    }
}
