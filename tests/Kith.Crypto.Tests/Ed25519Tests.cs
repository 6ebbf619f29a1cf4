namespace Kith.Crypto.Tests;

public sealed class Ed25519Tests
{
    [Theory]
    // RFC 8032 §7.1, tests 1 to 3
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void SignAndVerify_Rfc8032(string seed, string publicKey, string message, string signature)
    {
        using var key = Ed25519PrivateKey.FromSeed(Hex.Bytes(seed));
        Assert.Equal(publicKey, key.PublicKey.ToString());
        Assert.Equal(seed, Hex.Of(key.Seed));
        var made = new byte[64];
        key.Sign(Hex.Bytes(message), made);
        Assert.Equal(signature, Hex.Of(made));
        Assert.True(Hex.Ed25519(publicKey).Verify(Hex.Bytes(message), made));
    }

    [Fact]
    public void Verify_AnyBitFlipped_Refuses()
    {
        using var key = Ed25519PrivateKey.Generate(new SeededRandom(1));
        var message = new byte[] { 1, 2, 3 };
        var signature = new byte[64];
        key.Sign(message, signature);
        for (var bit = 0; bit < 512; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.PublicKey.Verify(message, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        message[0] ^= 1;
        Assert.False(key.PublicKey.Verify(message, signature));
        Assert.False(key.PublicKey.Verify(message, signature.AsSpan(1)));
    }

    [Fact]
    public void Verify_ScalarNotCanonical_Refuses()
    {
        using var key = Ed25519PrivateKey.Generate(new SeededRandom(2));
        var signature = new byte[64];
        key.Sign([], signature);
        // s + L, L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032 §5.1.7 demands s < L)
        var l = Hex.Bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            carry += signature[32 + i] + l[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }
        Assert.False(key.PublicKey.Verify([], signature));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")] // 1, not canonical
    public void Verify_KeyOfSmallOrder_Refuses(string key)
    {
        var signature = new byte[64];
        signature[0] = 1;
        Assert.False(Hex.Ed25519(key).Verify([], signature));
    }

    [Fact]
    public void Labelled_IsTheSignatureOfLabelZeroMessage()
    {
        using var key = Ed25519PrivateKey.Generate(new SeededRandom(3));
        byte[] labelled = new byte[64], plain = new byte[64];
        key.Sign("kith/test", "hello"u8, labelled);
        key.Sign("kith/test\0hello"u8, plain);
        Assert.Equal(plain, labelled);
        Assert.True(key.PublicKey.Verify("kith/test", "hello"u8, labelled));
    }

    [Fact]
    public void Labelled_OtherLabelOrMessage_Refuses()
    {
        using var key = Ed25519PrivateKey.Generate(new SeededRandom(4));
        var signature = new byte[64];
        var large = new SeededRandom(5).NextBytes(5000);
        key.Sign("kith/test", large, signature);
        Assert.True(key.PublicKey.Verify("kith/test", large, signature));
        Assert.False(key.PublicKey.Verify("kith/tesu", large, signature));
        Assert.False(key.PublicKey.Verify("kith/test", large.AsSpan(1), signature));
        Assert.False(key.PublicKey.Verify(large, signature));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("nul\0")]
    [InlineData("ümlaut")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public void Labelled_WithABadLabel_Throws(string label)
    {
        using var key = Ed25519PrivateKey.Generate(new SeededRandom(6));
        Assert.Throws<ArgumentException>(() => key.Sign(label, [], new byte[64]));
    }
}
