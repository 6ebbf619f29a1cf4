using Google.Protobuf;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Tests.Finding;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Privacy;

/// <summary>Who is told where we are, under each setting and with an exception for one contact.</summary>
public sealed class PrivacyTests
{
    private const string Place = "192.0.2.1:7300";
    private const string Holder = "hold/192.0.2.9:7300";
    private const string Meeting = "meet/192.0.2.5:7300/AAAA";
    private const string Onion = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";

    [Theory]
    [InlineData("open", Place, Onion)]
    [InlineData("veiled", Onion)]
    [InlineData("onion", Onion)]
    public void Addresses_ToldInsideTheRatchet_AreThoseOfTheSetting(string privacy, params string[] expected)
    {
        using var pair = new Pair();
        Choose(pair.Alice, privacy);
        Move(pair.Alice);
        pair.Net.Run();
        Assert.Equal(expected, Told(pair.Bob, pair.Alice));
    }

    [Theory]
    [InlineData("open", 2)]
    [InlineData("veiled", 1)]
    [InlineData("onion", 1)]
    public void Link_HoldsTheAddressesOfTheSetting(string privacy, int count)
    {
        using var pair = new Pair();
        Choose(pair.Alice, privacy);
        Move(pair.Alice);
        var view = pair.Alice.Batch(messenger => messenger.CreateLink(1, null));
        Assert.True(Link.TryParse(view.Link, out var link, out _));
        Assert.Equal(count, link.Addresses.Count);
        Assert.Equal(Onion, link.Addresses[^1].ToString());
        Assert.Equal(privacy != "open", link.Addresses.All(address => address.Kind == LinkAddressKind.Onion));
    }

    [Theory]
    [InlineData("veiled")]
    [InlineData("onion")]
    public void UnlessOpen_NothingIsPublishedOrLookedForInTheOverlay(string privacy)
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.CreateLink(1, null));
        Assert.NotEmpty(pair.Alice.Messenger.FindableBy());
        Assert.NotEmpty(pair.Alice.Messenger.Wanted());
        var changes = pair.Alice.Effects.FindingChanges;
        Choose(pair.Alice, privacy);
        Assert.True(pair.Alice.Effects.FindingChanges > changes);
        Assert.Empty(pair.Alice.Messenger.FindableBy());
        Assert.Empty(pair.Alice.Messenger.Wanted());
        pair.Alice.Crash();
        Assert.Empty(pair.Alice.Messenger.FindableBy());
        Choose(pair.Alice, "open");
        Assert.NotEmpty(pair.Alice.Messenger.FindableBy());
    }

    [Fact]
    public void Exception_HidesThePlaceFromOneContactAlone()
    {
        using var three = new Three();
        var (alice, bob, carol) = (three.Alice, three.Bob, three.Carol);
        alice.Batch(messenger => messenger.SetPrivacy(bob.Id, PrivacyLevel.Veiled));
        Move(alice);
        three.Net.Run();
        Assert.Equal([Onion], Told(bob, alice));
        Assert.Contains(Place, carol.Effects.Peers[alice.Id].Addresses);
        Assert.Empty(Three.Given(alice, bob));
        Assert.Empty(Three.Sought(alice, bob));
        Assert.NotEmpty(Three.Given(alice, carol));
        Assert.Equal(PrivacyLevel.Veiled, alice.Contact(bob).Privacy);
        Assert.Equal(PrivacyLevel.Veiled, alice.Effects.Peers[bob.Id].Privacy);
        Assert.Null(alice.Contact(carol).PrivacyException);
        alice.Crash();
        Assert.Equal(PrivacyLevel.Veiled, alice.Contact(bob).PrivacyException);
        alice.Batch(messenger => messenger.SetPrivacy(bob.Id, null));
        three.Net.Run();
        Assert.Contains(Place, bob.Effects.Peers[alice.Id].Addresses);
        Assert.NotEmpty(Three.Given(alice, bob));
    }

    [Fact]
    public void ExceptionFromTheFirstWord_TheRequestItselfTellsNoPlace()
    {
        using var pair = new Pair(connected: false);
        Move(pair.Bob);
        var link = pair.Alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromDays(7)));
        pair.Bob.Batch(messenger => messenger.AddContact(link.Link, null, PrivacyLevel.Onion));
        pair.Net.Run();
        Assert.Equal([Onion], Told(pair.Alice, pair.Bob));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("veiled")]
    [InlineData("onion")]
    public void MeetingPoints_AreToldToTheContactThatTheyAreForAlone(string privacy)
    {
        using var three = new Three();
        var (alice, bob, carol) = (three.Alice, three.Bob, three.Carol);
        Choose(alice, privacy);
        alice.Batch(messenger => messenger.SetMeetings(bob.Id, [Meeting]));
        three.Net.Run();
        Assert.Equal([Meeting], bob.Effects.Peers[alice.Id].Meetings);
        Assert.Empty(carol.Effects.Peers[alice.Id].Meetings);
        // A record of the overlay says nothing of them, and takes nothing of it away.
        bob.Batch(messenger => messenger.AddressesFound(alice.Id, [Place, Meeting], bob.Clock.Now));
        Assert.Equal([Place], bob.Effects.Peers[alice.Id].Addresses);
        Assert.Equal([Meeting], bob.Effects.Peers[alice.Id].Meetings);
        bob.Crash();
        Assert.Equal([Meeting], bob.Effects.Peers[alice.Id].Meetings);
        alice.Batch(messenger => messenger.SetMeetings(bob.Id, []));
        three.Net.Run();
        Assert.Empty(bob.Effects.Peers[alice.Id].Meetings);
    }

    [Fact]
    public void NowhereLeftToBeReached_TheContactForgetsWhereItWas()
    {
        using var pair = new Pair();
        Assert.NotEmpty(pair.Bob.Effects.Peers[pair.Alice.Id].Addresses);
        Choose(pair.Alice, "veiled");
        pair.Net.Run();
        Assert.Empty(pair.Bob.Effects.Peers[pair.Alice.Id].Addresses);
    }

    [Theory]
    [InlineData("veiled", RouteKind.Direct)]
    [InlineData("veiled", RouteKind.Relay)]
    [InlineData("onion", RouteKind.Direct)]
    [InlineData("onion", RouteKind.Relay)]
    public void RouteThatIsForbidden_IsRefusedInOneSentence(string privacy, RouteKind route)
    {
        using var pair = new Pair();
        Choose(pair.Alice, privacy);
        var error = pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.SendText(pair.Bob.Id, "hello", null, route));
        Assert.Contains(privacy, error, StringComparison.Ordinal);
        Assert.Contains(route.ToString().ToLowerInvariant(), error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RouteKind.Direct)]
    [InlineData(RouteKind.Drop)]
    [InlineData(RouteKind.Forward)]
    public void RouteThatIsNotTors_IsRefusedForAContactWhoIsAnOnionException(RouteKind route)
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetPrivacy(pair.Bob.Id, PrivacyLevel.Onion));
        var error = pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.SendText(pair.Bob.Id, "hello", null, route));
        Assert.Contains(route.ToString().ToLowerInvariant(), error, StringComparison.Ordinal);
    }

    [Fact]
    public void UnderOnion_NoContactCanBeAnException()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetPrivacy(pair.Bob.Id, PrivacyLevel.Open));
        Choose(pair.Alice, "onion");
        Assert.Equal(PrivacyLevel.Onion, pair.Alice.Contact(pair.Bob).Privacy);
        pair.Alice.Batch(messenger => messenger.SetPrivacy(pair.Bob.Id, null));
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.SetPrivacy(pair.Bob.Id, PrivacyLevel.Open));
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.SetPrivacy(pair.Bob.Id, PrivacyLevel.Veiled));
    }

    [Fact]
    public void HolderThatAContactNames_IsNotGoneToByWhoIsVeiled()
    {
        using var pair = new Pair();
        pair.Bob.Batch(messenger => messenger.SetOwnAddresses([Place, Holder]));
        pair.Net.Run();
        Assert.NotEmpty(Assert.Single(pair.Alice.Messenger.Boxes().Writes).Preferred);
        Choose(pair.Alice, "veiled");
        Assert.Empty(Assert.Single(pair.Alice.Messenger.Boxes().Writes).Preferred);
    }

    [Theory]
    [InlineData("veiled", true)]
    [InlineData("onion", true)]
    [InlineData("veiled", false)]
    [InlineData("onion", false)]
    public void Tightened_NothingThatWaitsTellsWhereWeWere(string privacy, bool isForAll)
    {
        // A request, an acceptance and a profile, none of which has arrived.
        using var pair = new Pair(connected: false);
        var (alice, bob) = (pair.Alice, pair.Bob);
        Move(alice);
        Move(bob);
        var link = alice.Batch(messenger => messenger.CreateLink(2, TimeSpan.FromDays(7)));
        pair.Net.Passes = (from, to, _) => from != bob;
        bob.Batch(messenger => messenger.AddContact(link.Link, null));
        pair.Net.Run();
        Assert.Contains(Place, Waiting(bob, alice));
        Tighten(bob, alice.Id);
        Assert.Equal([Onion], Waiting(bob, alice).Distinct());
        bob.Crash();
        Assert.Equal([Onion], Waiting(bob, alice).Distinct());

        pair.Net.Passes = (from, to, _) => from != alice;
        pair.Net.Run();
        Assert.Equal([Onion], Told(alice, bob));
        Assert.Contains(Place, Waiting(alice, bob));
        Tighten(alice, bob.Id);
        Assert.Equal([Onion], Waiting(alice, bob).Distinct());
        pair.Net.Passes = static (_, _, _) => true;
        pair.Net.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([Onion], Told(bob, alice));
        Assert.Equal([Onion], Told(alice, bob));

        void Tighten(Person person, AccountId contact)
        {
            if (isForAll)
                Choose(person, privacy);
            else
                person.Batch(messenger => messenger.SetPrivacy(contact, privacy == "veiled" ? PrivacyLevel.Veiled : PrivacyLevel.Onion));
        }
    }

    [Fact]
    public void TightenedWhileTheRequestIsAnswered_TheyAreToldAfterwards()
    {
        using var pair = new Pair(connected: false);
        var (alice, bob) = (pair.Alice, pair.Bob);
        Move(bob);
        var link = alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromDays(7)));
        bob.Batch(messenger => messenger.AddContact(link.Link, null));
        pair.Net.Passes = (from, to, _) => from != alice;
        pair.Net.Run();
        Assert.Contains(Place, alice.Effects.Peers[bob.Id].Addresses);
        Choose(bob, "veiled");
        pair.Net.Passes = static (_, _, _) => true;
        pair.Net.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([Onion], Told(alice, bob));
    }

    // Every address in what waits in the outbox, as it would be sealed again; the envelopes themselves are opened by who gets them.
    private static List<string> Waiting(Person person, Person peer) =>
        [.. person.Outbox.Load(peer.Id, -1, 100).Where(static item => !item.Content.IsEmpty).SelectMany(static item => Addresses(ContentMessage.Parser.ParseFrom(item.Content.Span))).Select(static address => WithoutKey(address.ToStringUtf8()))];

    private static IEnumerable<ByteString> Addresses(ContentMessage content) => content.Request?.Addresses ?? content.Accept?.Addresses ?? content.Profile?.Addresses ?? [];

    // With the door's name in the place of an onion service of the contact's own, which has a key (OnionDeskTests).
    private static IEnumerable<string> Told(Person to, Person by) => to.Effects.Peers[by.Id].Addresses.Select(WithoutKey);

    private static string WithoutKey(string text) => LinkAddress.TryParse(text, out var address) && address.ClientKey.Length > 0 ? Onion : text;

    private static void Choose(Person person, string privacy) => person.Batch(messenger => messenger.ChangeSettings(messenger.Settings with { Privacy = privacy }));

    private static void Move(Person person) => person.Batch(messenger => messenger.SetOwnAddresses([Place, Onion]));
}
