using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Contacts;

public sealed class AddingTests
{
    private static string Link(Person maker, int uses = 1, TimeSpan? lifetime = null) =>
        maker.Batch(messenger => messenger.CreateLink(uses, lifetime ?? TimeSpan.FromDays(7))).Link;

    [Fact]
    public void WrittenWhileConnecting_ArrivesAfterTheRequestInOrder()
    {
        using var pair = new Pair(connected: false);
        var link = Link(pair.Alice);
        pair.Net.Offline.Add(pair.Alice);
        pair.Bob.Batch(messenger => messenger.AddContact(link, "Ali"));
        Assert.Equal(ContactState.Connecting, pair.Bob.Contact(pair.Alice).State);
        pair.Bob.Say(pair.Alice, "one");
        pair.Bob.Say(pair.Alice, "two");
        pair.Net.Run();
        Assert.Equal(MessageState.Waiting, pair.Bob.Last(pair.Alice).State);

        pair.Net.Offline.Clear();
        pair.Net.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["one", "two"], pair.Alice.With(pair.Bob).Select(message => message.Text));
        Assert.Equal(ContactState.Connected, pair.Bob.Contact(pair.Alice).State);
        Assert.Equal("Ali", pair.Bob.Contact(pair.Alice).Name);
        Assert.Equal("Alice", pair.Bob.Contact(pair.Alice).ProfileName);
        Assert.All(pair.Bob.With(pair.Alice), message => Assert.Equal(MessageState.Delivered, message.State));
    }

    [Fact]
    public void BothUseEachOthersLinks_OneConversation()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            using var pair = new Pair(seed, connected: false);
            var (a, b) = (Link(pair.Alice), Link(pair.Bob));
            pair.Alice.Batch(messenger => messenger.AddContact(b, null));
            pair.Bob.Batch(messenger => messenger.AddContact(a, null));
            pair.Alice.Say(pair.Bob, "from Alice");
            pair.Bob.Say(pair.Alice, "from Bob");
            pair.Net.Run();
            Assert.Equal(ContactState.Connected, pair.Alice.Contact(pair.Bob).State);
            Assert.Equal(ContactState.Connected, pair.Bob.Contact(pair.Alice).State);
            Assert.Equal(pair.Alice.With(pair.Bob).Select(message => message.Id), pair.Bob.With(pair.Alice).Select(message => message.Id));
            Assert.Equal(2, pair.Alice.With(pair.Bob).Count);
            pair.Alice.Say(pair.Bob, "and on");
            pair.Bob.Say(pair.Alice, "it goes");
            pair.Net.Run();
            Assert.Equal(4, pair.Bob.With(pair.Alice).Count);
            Assert.Equal(0, pair.Alice.Outbox.Count() + pair.Bob.Outbox.Count());
        }
    }

    [Fact]
    public void PublicLinkUsed_IsARequestUntilAccepted()
    {
        using var pair = new Pair(connected: false);
        var link = Link(pair.Alice, uses: 0);
        pair.Bob.Batch(messenger => messenger.AddContact(link, null));
        for (var i = 0; i < 6; i++)
            pair.Bob.Say(pair.Alice, $"word {i}");
        pair.Net.Run();
        Assert.Equal(ContactState.Request, pair.Alice.Contact(pair.Bob).State);
        Assert.Equal(ContactState.Connecting, pair.Bob.Contact(pair.Alice).State);

        // Only a few words of a stranger are taken; the rest waits on their side.
        Assert.Equal(3, pair.Alice.With(pair.Bob).Count);
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.SendText(pair.Bob.Id, "hello", null, Kith.Delivery.RouteKind.Auto));

        pair.Alice.Batch(messenger => messenger.AcceptRequest(pair.Bob.Id));
        pair.Net.Run();
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(ContactState.Connected, pair.Bob.Contact(pair.Alice).State);
        Assert.Equal(6, pair.Alice.With(pair.Bob).Count);
        Assert.Equal(0, pair.Bob.Outbox.Count());
    }

    [Fact]
    public void RequestRefused_TheyAreToldAndNothingIsKept()
    {
        using var pair = new Pair(connected: false);
        pair.Bob.Batch(messenger => messenger.AddContact(Link(pair.Alice, uses: 0), null));
        pair.Bob.Say(pair.Alice, "please");
        pair.Net.Run();
        pair.Alice.Batch(messenger => messenger.RefuseRequest(pair.Bob.Id));
        Assert.False(pair.Alice.Knows(pair.Bob));
        pair.Net.Run();
        Assert.Equal(ContactState.Refused, pair.Bob.Contact(pair.Alice).State);
        Assert.Contains("did not accept", pair.Bob.Contact(pair.Alice).Reason, StringComparison.Ordinal);
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.Contact));
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.Session));
        Assert.Equal(0, pair.Alice.Outbox.Count() + pair.Bob.Outbox.Count());
        Assert.False(pair.Bob.Effects.Peers.ContainsKey(pair.Alice.Id));

        // With a real invite they can still come.
        pair.Bob.Batch(messenger => messenger.AddContact(Link(pair.Alice), null));
        pair.Net.Run();
        Assert.Equal(ContactState.Connected, pair.Bob.Contact(pair.Alice).State);
        Assert.Equal(ContactState.Connected, pair.Alice.Contact(pair.Bob).State);
    }

    [Fact]
    public void RequestBlocked_NothingIsAnswered()
    {
        using var pair = new Pair(connected: false);
        pair.Bob.Batch(messenger => messenger.AddContact(Link(pair.Alice, uses: 0), null));
        pair.Net.Run();
        pair.Alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, true));
        pair.Bob.Say(pair.Alice, "hello?");
        pair.Net.Run();
        Assert.Empty(pair.Alice.With(pair.Bob));
        Assert.Equal(MessageState.Sent, pair.Bob.Last(pair.Alice).State);
        Assert.Null(pair.Alice.Messenger.PeerOf(pair.Bob.TransportKey));
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.AddContact(Link(pair.Bob), null));
    }

    [Fact]
    public void ContactBlockedAndUnblocked_WhatWaitedComes()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, true));
        Assert.False(pair.Alice.Effects.Peers.ContainsKey(pair.Bob.Id));
        pair.Bob.Say(pair.Alice, "are you there?");
        pair.Net.Run();
        Assert.Empty(pair.Alice.With(pair.Bob));
        pair.Alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, false));
        Assert.True(pair.Alice.Effects.Peers.ContainsKey(pair.Bob.Id));
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("are you there?", pair.Alice.Last(pair.Bob).Text);
    }

    [Fact]
    public void LinkForTwo_IsUsedUpByTwoPeopleOncePerPerson()
    {
        using var pair = new Pair(connected: false);
        using var carol = new Person("Carol", 77, pair.Alice.Clock);
        using var dave = new Person("Dave", 78, pair.Alice.Clock);
        var net = new Net(pair.Alice, pair.Bob, carol, dave);
        var link = Link(pair.Alice, uses: 2);
        pair.Bob.Batch(messenger => messenger.AddContact(link, null));

        // Asked twice, counted once.
        Assert.NotNull(net.AskBundle(pair.Bob, pair.Alice));
        net.Run();
        Assert.Equal(1, Assert.Single(pair.Alice.Messenger.Links()).UsesLeft);
        carol.Batch(messenger => messenger.AddContact(link, null));
        net.Run();
        dave.Batch(messenger => messenger.AddContact(link, null));
        net.Run();
        Assert.Equal(ContactState.Connected, carol.Contact(pair.Alice).State);
        Assert.Equal(ContactState.Refused, dave.Contact(pair.Alice).State);
        Assert.Contains("used already", dave.Contact(pair.Alice).Reason, StringComparison.Ordinal);
        Assert.False(pair.Alice.Knows(dave));
        Assert.Equal(0, dave.Outbox.Count());
    }

    [Fact]
    public void LinkWithdrawnOrExpiredMeanwhile_IsRefusedWithTheReason()
    {
        using var pair = new Pair(connected: false);
        var made = pair.Alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromHours(1)));
        pair.Net.Offline.Add(pair.Alice);
        pair.Bob.Batch(messenger => messenger.AddContact(made.Link, null));
        pair.Alice.Clock.Advance(TimeSpan.FromHours(2));
        pair.Net.Offline.Clear();
        pair.Net.Run();
        Assert.Equal(ContactState.Refused, pair.Bob.Contact(pair.Alice).State);
        Assert.Contains("expired", pair.Bob.Contact(pair.Alice).Reason, StringComparison.Ordinal);
        Assert.Contains("expired", pair.Bob.Refused(MessengerError.Conflict, messenger => messenger.AddContact(made.Link, null)), StringComparison.Ordinal);

        var other = pair.Alice.Batch(messenger => messenger.CreateLink(1, null));
        Assert.Null(other.Expires);
        pair.Alice.Batch(messenger => messenger.RevokeLink(other.Id));
        pair.Bob.Batch(messenger => messenger.AddContact(other.Link, null));
        pair.Net.Run();
        Assert.Contains("not valid any more", pair.Bob.Contact(pair.Alice).Reason, StringComparison.Ordinal);
        pair.Alice.Refused(MessengerError.NotFound, messenger => messenger.RevokeLink(other.Id));
    }

    [Fact]
    public void BadLinks_OneSentenceEachAndNothingChanged()
    {
        using var pair = new Pair();
        var link = Link(pair.Alice);
        Assert.Contains("your own link", pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.AddContact(link, null)), StringComparison.Ordinal);
        Assert.Contains("already", pair.Bob.Refused(MessengerError.Conflict, messenger => messenger.AddContact(link, null)), StringComparison.Ordinal);
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.AddContact(link[..^5], null));
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.AddContact("https://example.com", null));
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.AddContact("", null));
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.CreateLink(-1, null));
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.CreateLink(1, TimeSpan.Zero));
        Assert.Single(pair.Bob.Messenger.Contacts());
    }

    [Fact]
    public void DeletedAndAddedAgain_TheConversationGoesOnInOrder()
    {
        using var pair = new Pair();
        pair.Alice.Say(pair.Bob, "old 1");
        pair.Net.Run();
        pair.Bob.Say(pair.Alice, "old 2");
        pair.Net.Run();
        pair.Alice.Batch(messenger => messenger.DeleteContact(pair.Bob.Id));
        Assert.False(pair.Alice.Knows(pair.Bob));
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.Session));
        pair.Bob.Say(pair.Alice, "lost?");
        pair.Net.Run();

        pair.Alice.Batch(messenger => messenger.AddContact(Link(pair.Bob), null));
        pair.Alice.Say(pair.Bob, "new 1");
        pair.Net.Run();
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        pair.Bob.Say(pair.Alice, "new 2");
        pair.Net.Run();
        Assert.Equal(ContactState.Connected, pair.Alice.Contact(pair.Bob).State);
        Assert.Equal(0, pair.Alice.Outbox.Count());
        Assert.Equal(0, pair.Bob.Outbox.Count());
        var bobs = pair.Bob.With(pair.Alice).Select(message => message.Text).ToArray();
        Assert.Equal(["old 1", "old 2"], bobs[..2]);
        Assert.Equal("new 2", bobs[^1]);
        Assert.Equal(["lost?", "new 1", "new 2"], pair.Alice.With(pair.Bob).Select(message => message.Text).Order());
        Assert.All(pair.Alice.With(pair.Bob).Where(message => message.Text == "new 2"), message => Assert.False(message.Missing));
    }

    [Fact]
    public void SameNameTwice_GetsANumberAndIsResolved()
    {
        using var pair = new Pair();
        using var other = new Person("Bob", 99, pair.Alice.Clock);
        var net = new Net(pair.Alice, pair.Bob, other);
        other.Batch(messenger => messenger.AddContact(Link(pair.Alice), null));
        net.Run();
        Assert.Equal("Bob 2", pair.Alice.Contact(other).Name);
        Assert.Equal(other.Id, pair.Alice.Messenger.ResolveContact("bob 2").Id);
        Assert.Equal(pair.Bob.Id, pair.Alice.Messenger.ResolveContact("Bob").Id);
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.Rename(other.Id, "bob"));
        pair.Alice.Refused(MessengerError.NotFound, messenger => messenger.ResolveContact("Nobody"));

        // A new name of theirs is taken, unless the user gave one.
        other.Batch(messenger => messenger.ChangeSettings(messenger.Settings with { Name = "Robert" }));
        net.Run();
        Assert.Equal("Robert", pair.Alice.Contact(other).Name);
        pair.Alice.Batch(messenger => messenger.Rename(other.Id, "Bobby"));
        other.Batch(messenger => messenger.ChangeSettings(messenger.Settings with { Name = "Bert" }));
        net.Run();
        Assert.Equal("Bobby", pair.Alice.Contact(other).Name);
        Assert.Equal("Bert", pair.Alice.Contact(other).ProfileName);
    }

    [Fact]
    public void AddressesChanged_ContactsConnectToTheNewOnes()
    {
        using var pair = new Pair();
        pair.Bob.Batch(messenger => messenger.SetOwnAddresses(["10.0.0.7:7301", "nonsense", "[::1]:7301"]));
        pair.Net.Run();
        Assert.Equal(["10.0.0.7:7301", "[::1]:7301"], pair.Alice.Effects.Peers[pair.Bob.Id].Addresses);
        Assert.Equal(pair.Bob.TransportKey, pair.Alice.Effects.Peers[pair.Bob.Id].TransportKey.ToArray());
        Assert.Equal(pair.Bob.Id, pair.Alice.Messenger.PeerOf(pair.Bob.TransportKey));
    }

    [Fact]
    public void SafetyNumber_IsTheSameOnBothSides()
    {
        using var pair = new Pair();
        var number = pair.Alice.Messenger.SafetyNumber(pair.Bob.Id);
        Assert.Equal(number.SafetyNumber, pair.Bob.Messenger.SafetyNumber(pair.Alice.Id).SafetyNumber);
        Assert.False(number.Verified);
        pair.Alice.Batch(messenger => messenger.SetVerified(pair.Bob.Id, true));
        Assert.True(pair.Alice.Messenger.SafetyNumber(pair.Bob.Id).Verified);
        Assert.True(pair.Alice.Contact(pair.Bob).Verified);
    }
}
