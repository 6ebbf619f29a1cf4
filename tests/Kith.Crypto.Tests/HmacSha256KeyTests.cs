using System.Security.Cryptography;

namespace Kith.Crypto.Tests;

public sealed class HmacSha256KeyTests
{
    // RFC 4231 §4.3, test case 2.
    [Fact]
    public void Hash_Rfc4231Case2InThreeParts_GivesTheTag()
    {
        using var key = new HmacSha256Key("Jefe"u8);
        var tag = new byte[32];
        key.Hash("what do ya"u8, " want for "u8, "nothing?"u8, tag);
        Assert.Equal("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", Hex.Of(tag));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(55)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Hash_UsedTwice_IsThatOfThePlatform(int length)
    {
        var data = new byte[length];
        new SeededRandom(7).Fill(data);
        foreach (var keyLength in new[] { 0, 32, HmacSha256Key.MaxKeySize })
        {
            var key = new byte[keyLength];
            new SeededRandom(8).Fill(key);
            using var prepared = new HmacSha256Key(key);
            var tag = new byte[32];
            prepared.Hash(data, default, default, tag);
            prepared.Hash(data, default, default, tag);
            Assert.Equal(HMACSHA256.HashData(key, data), tag);
        }
    }
}
