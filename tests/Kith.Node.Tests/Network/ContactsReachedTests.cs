using Kith.Node.Network;

namespace Kith.Node.Tests.Network;

/// <summary>What <c>kith doctor</c> says of contacts: only what is true, and it is well when somebody is reached at all.</summary>
public sealed class ContactsReachedTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 0, null, true, "There are no contacts yet: make a link with `kith link`.")]
    [InlineData(2, 0, 0, 0, 0, null, true, "There is nobody to write to yet: requests are open, refused or blocked.")]
    [InlineData(1, 1, 1, 0, 0, null, true, "Your contact is connected.")]
    [InlineData(1, 1, 0, 1, 0, null, true, "Your contact is connected through Tor.")]
    [InlineData(1, 1, 0, 0, 1, null, true, "Your contact is reached through forwarders.")]
    [InlineData(1, 1, 0, 0, 0, "Nobody answers.", false, "Your contact is not reached now: what you write waits, or is left with other nodes; the last call to them failed: Nobody answers.")]
    [InlineData(3, 3, 3, 0, 0, null, true, "All 3 contacts are connected.")]
    [InlineData(9, 5, 2, 1, 1, "Nobody answers", true, "Of 5 contacts 2 are connected, 1 is connected through Tor, 1 is reached through forwarders, 1 is not reached now; the last call to one failed: Nobody answers.")]
    [InlineData(2, 2, 0, 0, 2, null, true, "All 2 contacts are reached through forwarders.")]
    [InlineData(2, 2, 0, 0, 0, null, false, "None of 2 contacts is reached now: what you write waits, or is left with other nodes.")]
    public void SaysHowManyAreReachedWhichWay(int known, int wanted, int connected, int throughTor, int byForwarders, string? failure, bool ok, string says)
    {
        var check = new ContactsReached(known, wanted, connected, throughTor, byForwarders, failure).Examine();
        Assert.Equal(("contacts", ok, says), (check.Check, check.Ok, check.Detail));
    }
}
