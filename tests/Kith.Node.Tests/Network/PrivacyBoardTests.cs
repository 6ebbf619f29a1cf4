using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging;
using Kith.Node.Network;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

public sealed class PrivacyBoardTests
{
    private static readonly AccountId Bob = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, AccountId.Size)]);
    private static readonly AccountId Carol = AccountId.FromBytes([.. Enumerable.Repeat((byte)2, AccountId.Size)]);

    private readonly PrivacyBoard _board = new();

    [Fact]
    public void OneContactIsAnException_TheOthersAndStrangersAreNot()
    {
        Assert.True(_board.Put(Bob, PrivacyLevel.Veiled));
        _board.Put(Carol, PrivacyLevel.Open);
        Assert.Equal(PrivacyLevel.Veiled, _board.Towards(Bob));
        Assert.Equal(PrivacyLevel.Open, _board.Towards(Carol));
        Assert.False(_board.AllowsSession(Bob, "udp"));
        Assert.True(_board.AllowsSession(Bob, "onion"));
        Assert.True(_board.AllowsSession(Carol, "udp"));
        Assert.True(_board.AllowsSession(null, "udp"));
        Assert.False(_board.Put(Bob, PrivacyLevel.Veiled));
        Assert.True(_board.Put(Bob, PrivacyLevel.Open));
        Assert.True(_board.AllowsSession(Bob, "udp"));
    }

    [Fact]
    public void Veiled_HoldsForStrangersAndThoseNotKnownYet()
    {
        Assert.True(_board.Take(Of("veiled")));
        Assert.False(_board.AllowsSession(null, "tcp"));
        Assert.Equal(PrivacyLevel.Veiled, _board.Towards(Bob));
        _board.Put(Bob, PrivacyLevel.Open);
        Assert.True(_board.AllowsSession(Bob, "tcp"));
        _board.Remove(Bob);
        Assert.False(_board.AllowsSession(Bob, "tcp"));
    }

    [Fact]
    public void Onion_HoldsForEverybodyWhateverWasSaidBefore()
    {
        _board.Put(Bob, PrivacyLevel.Open);
        Assert.True(_board.Take(Of("onion")));
        Assert.False(_board.Take(Of("onion")));
        Assert.Equal(PrivacyLevel.Onion, _board.Towards(Bob));
        Assert.False(_board.AllowsSession(Bob, "udp"));
    }

    [Fact]
    public void OnionInARunThatDoesNotGoThroughTor_AllowsOnionServicesAlone()
    {
        _board.Put(Bob, PrivacyLevel.Open);
        _board.Take(Of("onion"));
        Assert.False(PrivacyRules.Allows(_board.Towards(Bob), _board.OwnForRoutes, RouteKind.Forward));
        Assert.False(PrivacyRules.Allows(_board.Towards(Bob), _board.OwnForRoutes, RouteKind.Drop));
        Assert.True(PrivacyRules.Allows(_board.Towards(Bob), _board.OwnForRoutes, RouteKind.Onion));
        Assert.True(_board.HidesFromHolders);
        _board.IsThroughTor = true;
        Assert.True(PrivacyRules.Allows(_board.Towards(Bob), _board.OwnForRoutes, RouteKind.Forward));
        Assert.True(PrivacyRules.Allows(_board.Towards(Bob), _board.OwnForRoutes, RouteKind.Drop));
    }

    private static Settings Of(string privacy) => new("Me", true, true, privacy, "off", true, "system", "en");
}
