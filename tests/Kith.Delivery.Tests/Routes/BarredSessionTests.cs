using Kith.Delivery.Routes;

namespace Kith.Delivery.Tests.Routes;

/// <summary>A session that the privacy setting forbids says nothing of who is here, whoever made it.</summary>
public sealed class BarredSessionTests
{
    [Fact]
    public async Task ContactCallsWhereNoDirectSessionsAreAllowed_NothingIsHeardOrAnswered()
    {
        await using var veiled = await RouteNode.StartAsync(allows: (_, _) => false);
        await using var contact = await RouteNode.StartAsync();
        veiled.Want(contact, withAddress: false);
        contact.Want(veiled);
        // The caller thinks that the session stands, and writes; its end is the only answer.
        await contact.NextAsync<PeerInput.PeerUp>();
        contact.Route.Send(veiled.Account, [new byte[] { 1 }]);
        await contact.NextAsync<PeerInput.PeerDown>();
        Assert.Null(veiled.Route.SessionOf(contact.Account));
        Assert.False(veiled.HasInput);
    }

    [Fact]
    public async Task StrangerAsksForABundleWhereStrangersAreNotSpokenWith_NothingIsAnswered()
    {
        await using var veiled = await RouteNode.StartAsync(allows: (_, _) => false);
        await using var stranger = await RouteNode.StartAsync();
        stranger.Want(veiled);
        var up = await stranger.NextAsync<PeerInput.PeerUp>();
        up.Session.TrySendBundleRequest(new byte[] { 9 });
        await stranger.NextAsync<PeerInput.PeerDown>();
        Assert.False(veiled.HasInput);
    }

    [Fact]
    public async Task SettingIsTightened_SessionsEndAndNothingMoreIsSent()
    {
        var isAllowed = true;
        await using var alice = await RouteNode.StartAsync(allows: (_, _) => Volatile.Read(ref isAllowed));
        await using var bob = await RouteNode.StartAsync();
        alice.Want(bob);
        bob.Want(alice);
        await alice.NextAsync<PeerInput.PeerUp>();
        Volatile.Write(ref isAllowed, false);
        alice.Route.Review();
        Assert.Equal(0, alice.Route.Send(bob.Account, [new byte[] { 1 }]));
        await alice.NextAsync<PeerInput.PeerDown>();
        Assert.Null(alice.Route.SessionOf(bob.Account));
    }
}
