using Kith.Transport.Tor;

namespace Kith.Transport.Tests.Tor;

public sealed class OnionAddressTests
{
    // An example of the specification (torspec, rend-spec-v3.txt section 1.2).
    private const string Right = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd";

    [Theory]
    [InlineData(Right)]
    [InlineData(Right + ".onion")]
    public void Address_IsReadWithItsEndingAndWithout(string text)
    {
        Assert.True(OnionAddress.TryParse(text, out var address, out _));
        Assert.Equal(Right, address.ToString());
        Assert.Equal(address, OnionAddress.Of(address.Key));
        Assert.Equal("onion/" + Right + ":4711", NodeAddress.Onion(address, 4711).ToString());
    }

    [Theory]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye", "mistyped")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscr1d", "mistyped")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry", "this one has 55")]
    [InlineData("expyuzz4wqqyqhjn.onion", "this one has 16")]
    public void MistypedAddress_IsRefusedInOneSentence(string text, string says)
    {
        Assert.False(OnionAddress.TryParse(text, out _, out var problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }
}
