using Kith.Delivery.Privacy;

namespace Kith.Delivery.Tests.Privacy;

public sealed class PrivacyRulesTests
{
    private const string Onion = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";
    private const string Meeting = "meet/192.0.2.1:7300/AAAA";

    [Theory]
    [InlineData(PrivacyLevel.Open, PrivacyLevel.Open, "direct relay forward onion drop")]
    [InlineData(PrivacyLevel.Open, PrivacyLevel.Veiled, "direct relay forward onion drop")]
    [InlineData(PrivacyLevel.Veiled, PrivacyLevel.Open, "forward onion drop")]
    [InlineData(PrivacyLevel.Veiled, PrivacyLevel.Veiled, "forward onion drop")]
    [InlineData(PrivacyLevel.Onion, PrivacyLevel.Open, "onion")]
    [InlineData(PrivacyLevel.Onion, PrivacyLevel.Veiled, "onion")]
    [InlineData(PrivacyLevel.Onion, PrivacyLevel.Onion, "forward onion drop")]
    public void Level_AllowsItsRoutesAndNoOther(PrivacyLevel level, PrivacyLevel own, string allowed)
    {
        foreach (var route in Enum.GetValues<RouteKind>().Where(route => route != RouteKind.Auto))
            Assert.Equal(allowed.Split(' ').Contains(route.ToString().ToLowerInvariant()), PrivacyRules.Allows(level, own, route));
        Assert.True(PrivacyRules.Allows(level, own, RouteKind.Auto));
    }

    [Theory]
    [InlineData("192.0.2.1:7300")]
    [InlineData("[2001:db8::1]:7300")]
    [InlineData("home.example.org:7300")]
    [InlineData("udp/192.0.2.1:7300")]
    [InlineData("via/192.0.2.1:7300/AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("hold/192.0.2.1:7300")]
    public void AddressThatShowsAPlace_IsToldByNobodyButTheOpen(string address)
    {
        Assert.True(PrivacyRules.AllowsAddress(PrivacyLevel.Open, address));
        Assert.False(PrivacyRules.AllowsAddress(PrivacyLevel.Veiled, address));
        Assert.False(PrivacyRules.AllowsAddress(PrivacyLevel.Onion, address));
    }

    [Fact]
    public void OnionAddressesAndMeetingPoints_AreForAll()
    {
        Assert.All(Enum.GetValues<PrivacyLevel>(), level => Assert.True(PrivacyRules.AllowsAddress(level, Onion)));
        Assert.All(Enum.GetValues<PrivacyLevel>(), level => Assert.True(PrivacyRules.AllowsAddress(level, Meeting)));
    }

    [Fact]
    public void Exception_CountsForItsContactAndNeverLoosensOnion()
    {
        Assert.Equal(PrivacyLevel.Veiled, PrivacyRules.Towards(PrivacyLevel.Open, PrivacyLevel.Veiled));
        Assert.Equal(PrivacyLevel.Open, PrivacyRules.Towards(PrivacyLevel.Veiled, PrivacyLevel.Open));
        Assert.Equal(PrivacyLevel.Veiled, PrivacyRules.Towards(PrivacyLevel.Veiled, null));
        Assert.Equal(PrivacyLevel.Onion, PrivacyRules.Towards(PrivacyLevel.Onion, PrivacyLevel.Open));
    }

    [Fact]
    public void Sessions_UnlessOpenOnlyOverTor()
    {
        Assert.All(["tcp", "udp", "onion"], carrier => Assert.True(PrivacyRules.AllowsCarrier(PrivacyLevel.Open, carrier)));
        Assert.All([PrivacyLevel.Veiled, PrivacyLevel.Onion], level =>
        {
            Assert.False(PrivacyRules.AllowsCarrier(level, "tcp"));
            Assert.False(PrivacyRules.AllowsCarrier(level, "udp"));
            Assert.True(PrivacyRules.AllowsCarrier(level, "onion"));
        });
    }
}
