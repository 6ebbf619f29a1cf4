using Kith.Wire;

namespace Kith.Wire.Tests;

public sealed class IdTests
{
    // RFC 4648 section 10.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void Base32_Rfc4648Vectors(string plain, string encoded)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(plain);
        Assert.Equal(encoded, Base32.Encode(bytes));
        var decoded = new byte[bytes.Length];
        Assert.True(Base32.TryDecode(encoded, decoded));
        Assert.Equal(bytes, decoded);
    }

    [Fact]
    public void AccountId_RoundTrips()
    {
        var bytes = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
        var id = AccountId.FromBytes(bytes);
        Assert.True(AccountId.TryParse(id.ToString(), out var parsed));
        Assert.Equal(id, parsed);
        Assert.Equal(bytes, parsed.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaa1")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaab")]
    public void MessageId_OtherText_IsRefused(string text) => Assert.False(MessageId.TryParse(text, out _));
}
