namespace Kith.Crypto.Tests;

public sealed class XEdDsaTests
{
    // libsignal v0.72.1, rust/core/src/curve/curve25519.rs, test_signature
    private const string Private = "c097248412e58bf05df487968205132794178e367637f5818f81e0e6ce73e865";
    private const string Public = "ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64";
    private const string Message = "05edce9d9c415ca78cb7252e72c2c4a554d3eb29485a0e1d503118d1a82d99fb4a";

    private const string Signature =
        "5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb" +
        "ede82deb9dcd9fae0bfbb821569b3d9001bd8130cd11d486cef047bd60b86e88";

    [Fact]
    public void Verify_LibsignalVector_Accepts()
    {
        using var key = X25519PrivateKey.FromBytes(Hex.Bytes(Private));
        Assert.Equal(Public, key.PublicKey.ToString());
        Assert.True(XEdDsa.Verify(key.PublicKey, Hex.Bytes(Message), Hex.Bytes(Signature)));
    }

    [Fact]
    public void Verify_AnyBitOfTheSignatureFlipped_Refuses()
    {
        var key = Hex.X25519(Public);
        var signature = Hex.Bytes(Signature);
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(XEdDsa.Verify(key, Hex.Bytes(Message), signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Verify_OtherMessageOrKeyOrLength_Refuses()
    {
        using var other = X25519PrivateKey.Generate(new SeededRandom(1));
        Assert.False(XEdDsa.Verify(other.PublicKey, Hex.Bytes(Message), Hex.Bytes(Signature)));
        Assert.False(XEdDsa.Verify(Hex.X25519(Public), Hex.Bytes(Message).AsSpan(1), Hex.Bytes(Signature)));
        Assert.False(XEdDsa.Verify(Hex.X25519(Public), Hex.Bytes(Message), Hex.Bytes(Signature).AsSpan(1)));
        Assert.False(XEdDsa.Verify(Hex.X25519(Public), Hex.Bytes(Message), []));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")] // order 4 on the curve
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")] // order 1 after conversion
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")] // −1: no image
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")] // −1 with the ignored bit
    public void Verify_KeyOfSmallOrder_Refuses(string key)
    {
        var zeroes = new byte[64];
        Assert.False(XEdDsa.Verify(Hex.X25519(key), [], zeroes));
        zeroes[0] = 1; // R = the neutral point, s = 0
        Assert.False(XEdDsa.Verify(Hex.X25519(key), [], zeroes));
    }

    [Fact]
    public void Sign_ManyKeys_VerifiesWithBothSigns()
    {
        var random = new SeededRandom(2);
        var signs = 0;
        for (var i = 0; i < 200; i++)
        {
            using var key = X25519PrivateKey.Generate(random);
            var message = random.NextBytes(random.NextInt32(200));
            var signature = new byte[64];
            XEdDsa.Sign(key, message, random.NextBytes(64), signature);
            Assert.True(XEdDsa.Verify(key.PublicKey, message, signature));
            signs += signature[63] >> 7;
        }
        Assert.InRange(signs, 60, 140);
    }
}
