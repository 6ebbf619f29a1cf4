using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Conversations;

public sealed class SendingTests
{
    [Fact]
    public void LinkUsed_BothAreContactsAtOnceAndKnowTheirNames()
    {
        using var pair = new Pair();
        Assert.Equal("Bob", pair.Alice.Contact(pair.Bob).Name);
        Assert.Equal("Alice", pair.Bob.Contact(pair.Alice).Name);
        Assert.Empty(pair.Alice.Messenger.Links());
        Assert.Equal(0, pair.Alice.Outbox.Count());
        Assert.Equal(0, pair.Bob.Outbox.Count());
    }

    [Fact]
    public void TextSent_WaitsIsSentIsDeliveredIsRead()
    {
        using var pair = new Pair();
        pair.Net.Offline.Add(pair.Bob);
        var sent = pair.Alice.Say(pair.Bob, "Grüße 👋");
        Assert.Equal(MessageState.Waiting, sent.State);
        Assert.Null(sent.Route);

        pair.Net.Offline.Clear();
        pair.Net.Passes = (from, _, _) => from == pair.Alice;
        pair.Net.Run();
        Assert.Equal(MessageState.Sent, pair.Alice.Last(pair.Bob).State);
        Assert.Equal("direct", pair.Alice.Last(pair.Bob).Route);
        var received = pair.Bob.Last(pair.Alice);
        Assert.Equal("Grüße 👋", received.Text);
        Assert.True(received.Unread);
        Assert.Equal(1, pair.Bob.Contact(pair.Alice).Unread);

        // The receipt was lost: the message comes again, is known, and is acknowledged again.
        pair.Net.Passes = (_, _, _) => true;
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(MessageState.Delivered, pair.Alice.Last(pair.Bob).State);
        Assert.Single(pair.Bob.With(pair.Alice));
        Assert.Equal(0, pair.Alice.Outbox.Count());

        pair.Bob.Batch(messenger => messenger.MarkRead(pair.Alice.Id, received.Id));
        pair.Net.Run();
        Assert.Equal(MessageState.Read, pair.Alice.Last(pair.Bob).State);
        Assert.Equal(0, pair.Bob.Contact(pair.Alice).Unread);
        Assert.False(pair.Bob.Last(pair.Alice).Unread);
    }
}
