namespace Kith.Crypto.Tests;

/// <summary>Names of onion services (rend-spec-v3). The three names are the specification's own examples (torspec, rend-spec-v3.txt section 1.2).</summary>
public sealed class OnionNameTests
{
    [Theory]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd")]
    [InlineData("sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd")]
    [InlineData("xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd")]
    public void Name_OfTheSpecification_IsReadAndWrittenAgain(string text)
    {
        Assert.True(OnionName.TryParse(text, out var name));
        Assert.Equal(text, OnionName.Of(name.Key.Span).Text);
        Assert.True(OnionName.TryParse(text.ToUpperInvariant(), out var upper));
        Assert.Equal(name, upper);
    }

    [Fact]
    public void Name_WithAnyOneCharacterWrong_IsRefused()
    {
        const string Right = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd";
        for (var i = 0; i < Right.Length; i++)
        {
            var wrong = Right[..i] + (Right[i] == 'a' ? 'b' : 'a') + Right[(i + 1)..];
            Assert.False(OnionName.TryParse(wrong, out _), wrong);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrydd")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscry1")]
    [InlineData("expyuzz4wqqyqhjn")]
    public void Text_OfAnotherForm_IsRefused(string text) => Assert.False(OnionName.TryParse(text, out _));
}
