using Kith.Delivery;
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

    [Fact]
    public void WayOfAMessage_IsWhatWasSoWhenItWent_WhateverIsSetLater()
    {
        using var pair = new Pair();
        pair.Net.Offline.Add(pair.Bob);
        Choose(pair.Alice, "veiled", forwarders: 5);
        var sent = pair.Alice.Say(pair.Bob, "by five").Id;
        Assert.Null(pair.Alice.Last(pair.Bob).Forwarders);
        pair.Alice.Batch(messenger => messenger.Transmitted(pair.Bob.Id, [sent], RouteKind.Forward));
        Assert.Equal(("forward", 5, false), WayOf(pair.Alice.Last(pair.Bob)));

        // Another path, and Tor, from here on: of this one it says nothing, though it is tried again and arrives then.
        Choose(pair.Alice, "onion", forwarders: 2);
        pair.Alice.Batch(messenger => messenger.Transmitted(pair.Bob.Id, [sent], RouteKind.Forward));
        var next = pair.Alice.Say(pair.Bob, "by two").Id;
        pair.Alice.Batch(messenger => messenger.Transmitted(pair.Bob.Id, [next], RouteKind.Forward));
        Assert.Equal(("forward", 2, true), WayOf(pair.Alice.Last(pair.Bob)));
        pair.Net.Offline.Clear();
        pair.Net.Run();
        Assert.All(pair.Alice.With(pair.Bob), message => Assert.Equal(MessageState.Delivered, message.State));
        Assert.Equal([("forward", 5, false), ("forward", 2, true)], pair.Alice.With(pair.Bob).Select(WayOf));
        pair.Alice.Crash();
        Assert.Equal([("forward", 5, false), ("forward", 2, true)], pair.Alice.With(pair.Bob).Select(WayOf));

        // Its receiver cannot know, and says nothing of it.
        Assert.All(pair.Bob.With(pair.Alice), message => Assert.Null(message.Forwarders));
    }

    [Fact]
    public void WayOfAMessageThatHoldersHave_HasNoForwarders()
    {
        using var pair = new Pair();
        pair.Net.Offline.Add(pair.Bob);
        Choose(pair.Alice, "veiled", forwarders: 4);
        var sent = pair.Alice.Say(pair.Bob, "hello").Id;
        pair.Alice.Batch(messenger => messenger.Transmitted(pair.Bob.Id, [sent], RouteKind.Forward));
        pair.Alice.Batch(messenger => messenger.Stored(pair.Bob.Id, [sent]));
        Assert.Equal(("drop", null, false), WayOf(pair.Alice.Last(pair.Bob)));
    }

    private static (string? Route, int? Forwarders, bool ThroughTor) WayOf(MessageView message) => (message.Route, message.Forwarders, message.ThroughTor);

    private static void Choose(Person person, string privacy, int forwarders) => person.Batch(
        messenger => messenger.ChangeSettings(messenger.Settings with { Privacy = privacy, Paths = messenger.Settings.Paths with { Forwarders = forwarders } }));
}
