using Kith.Messaging.Contacts;
using Kith.Messaging.Finding;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Finding;

public sealed class FindSetsTests
{
    [Fact]
    public void Contacts_FindEachOtherByASecretForEachDirection()
    {
        using var three = new Three();
        var (alice, bob, carol) = (three.Alice, three.Bob, three.Carol);
        Assert.Equal(Three.Given(alice, bob), Three.Sought(bob, alice));
        Assert.Equal(Three.Given(bob, alice), Three.Sought(alice, bob));
        string[] all = [.. Three.Given(alice, bob), .. Three.Given(bob, alice), .. Three.Given(alice, carol), .. Three.Given(carol, alice)];
        Assert.Equal(4, all.Distinct().Count());
    }

    [Fact]
    public void Publication_IsSignedAsThoseWhoLookExpect()
    {
        using var three = new Three();
        var publication = three.Alice.Messenger.FindableBy().First(one => one.Contact == three.Bob.Id);
        Assert.All(three.Bob.Messenger.Wanted(), target => Assert.Equal(publication.Signer.PublicKey, target.Maker));
        Assert.All(three.Bob.Messenger.Wanted(), target => Assert.True(target.Answers));
    }

    [Fact]
    public void BlockedOrDeleted_FindsNothing()
    {
        using var three = new Three();
        var changes = three.Alice.Effects.FindingChanges;
        three.Alice.Batch(messenger => messenger.SetBlocked(three.Bob.Id, true));
        Assert.Empty(Three.Given(three.Alice, three.Bob));
        Assert.Empty(Three.Sought(three.Alice, three.Bob));
        Assert.True(three.Alice.Effects.FindingChanges > changes);
        three.Alice.Batch(messenger => messenger.SetBlocked(three.Bob.Id, false));
        Assert.True(Three.Finds(three.Bob, three.Alice));

        changes = three.Alice.Effects.FindingChanges;
        three.Alice.Batch(messenger => messenger.DeleteContact(three.Carol.Id));
        Assert.Empty(Three.Given(three.Alice, three.Carol));
        Assert.True(three.Alice.Effects.FindingChanges > changes);
    }

    [Fact]
    public void RefusedOrWaitingRequest_FindsNothing()
    {
        using var pair = new Pair(connected: false);
        var link = pair.Alice.Batch(messenger => messenger.CreateLink(0, null));
        pair.Alice.Batch(messenger => messenger.RevokeLink(link.Id));
        pair.Bob.Batch(messenger => messenger.AddContact(link.Link, null));
        pair.Net.Run();
        Assert.Equal(ContactState.Request, pair.Alice.Contact(pair.Bob).State);
        Assert.Empty(pair.Alice.Messenger.FindableBy());
        pair.Alice.Batch(messenger => messenger.RefuseRequest(pair.Bob.Id));
        pair.Net.Run();
        Assert.Empty(pair.Alice.Messenger.FindableBy());
    }

    [Fact]
    public void NothingOfFindingChanged_NobodyIsTold()
    {
        using var three = new Three();
        var changes = three.Alice.Effects.FindingChanges;
        three.Alice.Say(three.Bob, "hello");
        three.Net.Run();
        three.Bob.Say(three.Alice, "hi");
        three.Net.Run();
        three.Alice.Batch(messenger => messenger.SetMuted(three.Bob.Id, true));
        Assert.InRange(three.Alice.Effects.FindingChanges - changes, 0, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void UserOfALink_FindsItsMaker(int uses)
    {
        using var pair = new Pair(connected: false);
        pair.Net.Offline.Add(pair.Alice);
        var link = pair.Alice.Batch(messenger => messenger.CreateLink(uses, TimeSpan.FromDays(7)));
        pair.Bob.Batch(messenger => messenger.AddContact(link.Link, null));
        Assert.Single(Three.GivenToLinks(pair.Alice).Intersect(Three.Sought(pair.Bob, pair.Alice)));
        pair.Net.Offline.Clear();
        pair.Net.Run();

        // A link that is used up finds nobody any more, and is not needed: they know each other.
        Assert.Equal(uses == 0 ? 1 : 0, Three.GivenToLinks(pair.Alice).Length);
        if (uses == 1)
            Assert.True(Three.Finds(pair.Bob, pair.Alice));
    }

    [Fact]
    public void LinkRevokedOrExpired_FindsNobody()
    {
        using var pair = new Pair();
        var first = pair.Alice.Batch(messenger => messenger.CreateLink(5, TimeSpan.FromDays(7)));
        var second = pair.Alice.Batch(messenger => messenger.CreateLink(5, TimeSpan.FromDays(1)));
        Assert.Equal(2, Three.GivenToLinks(pair.Alice).Length);
        pair.Alice.Batch(messenger => messenger.RevokeLink(first.Id));
        Assert.Single(Three.GivenToLinks(pair.Alice));
        var changes = pair.Alice.Effects.FindingChanges;
        Assert.InRange(pair.Alice.Messenger.NextDeadline!.Value, 0, second.Expires!.Value);
        pair.Net.Pass(TimeSpan.FromDays(1));
        Assert.Empty(Three.GivenToLinks(pair.Alice));
        Assert.True(pair.Alice.Effects.FindingChanges > changes);
    }

    [Fact]
    public void ManyLinks_TheNewestArePublished()
    {
        using var alice = new Person("Alice", 1);
        for (var i = 0; i < FindSets.MaxLinks + 5; i++)
        {
            alice.Batch(messenger => messenger.CreateLink(1, null));
            alice.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(FindSets.MaxLinks, Three.GivenToLinks(alice).Length);
        var newest = alice.Batch(messenger => messenger.CreateLink(1, null));
        Assert.True(Link.TryParse(newest.Link, out var link, out _));
        Assert.Contains(Convert.ToHexString(link.FindSecret!), Three.GivenToLinks(alice));
    }

    [Fact]
    public void LinksThatABlockedPersonMayHold_ArePublishedNoMore()
    {
        using var three = new Three();
        three.Alice.Batch(messenger => messenger.CreateLink(5, null));
        three.Alice.Batch(messenger => messenger.CreateLink(0, null));
        three.Alice.Batch(messenger => messenger.SetBlocked(three.Bob.Id, true));
        Assert.Empty(Three.GivenToLinks(three.Alice));
        three.Alice.Batch(messenger => messenger.CreateLink(5, null));
        Assert.Single(Three.GivenToLinks(three.Alice));
        three.Alice.Batch(messenger => messenger.DeleteContact(three.Carol.Id));
        Assert.Empty(Three.GivenToLinks(three.Alice));
    }

    [Fact]
    public void KeysOfAnAccount_AreNotEnoughToFollowIt()
    {
        // Two public links of one maker with everything equal that others may know: only the text of a link finds them.
        using var alice = new Person("Alice", 1);
        alice.Batch(messenger => messenger.CreateLink(0, null));
        alice.Batch(messenger => messenger.CreateLink(0, null));
        Assert.Equal(2, Three.GivenToLinks(alice).Distinct().Count());
    }
}
