using Kith.Messaging.Contacts;

namespace Kith.Messaging.Tests.Contacts;

public sealed class ContactNameTests
{
    [Theory]
    [InlineData("Alice", "Alice")]
    [InlineData("  Bob B.  ", "Bob B.")]
    [InlineData("Zo\u00eb", "Zo\u00eb")]
    [InlineData("\U0001F469\u200D\U0001F680", "\U0001F469\u200D\U0001F680")]
    [InlineData("علی", "علی")]
    public void GoodName_IsNormalized(string text, string expected)
    {
        Assert.True(ContactName.TryNormalize(text, out var name));
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\u007fb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2066b")]
    [InlineData("\u200d")]
    public void BadName_Refused(string? text) => Assert.False(ContactName.TryNormalize(text, out _));

    [Fact]
    public void LoneSurrogate_Refused()
    {
        Assert.False(ContactName.TryNormalize("a\ud800", out _));
        Assert.False(ContactName.TryNormalize("\udc00a", out _));
    }

    [Fact]
    public void SixtyFourCodePoints_AreTheMost()
    {
        Assert.True(ContactName.TryNormalize(string.Concat(Enumerable.Repeat("\U0001F680", 64)), out _));
        Assert.False(ContactName.TryNormalize(string.Concat(Enumerable.Repeat("\U0001F680", 65)), out _));
        Assert.False(ContactName.TryNormalize(new string('a', 65), out _));
        Assert.False(ContactName.TryNormalize(new string('a', 100_000), out _));
    }
}
