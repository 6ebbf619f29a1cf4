namespace Kith.Crypto.Tests;

public sealed class KeyAgreementTests
{
    // RFC 7748 §6.1
    [Fact]
    public void TryAgree_Rfc7748_BothSidesAgree()
    {
        using var alice = X25519PrivateKey.FromBytes(Hex.Bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        using var bob = X25519PrivateKey.FromBytes(Hex.Bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", alice.PublicKey.ToString());
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", bob.PublicKey.ToString());
        const string Shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        Assert.Equal(Shared, Agree(alice, bob.PublicKey));
        Assert.Equal(Shared, Agree(bob, alice.PublicKey));
    }

    // libsignal v0.72.1, rust/core/src/curve/curve25519.rs, test_agreement
    [Fact]
    public void TryAgree_LibsignalVector_BothSidesAgree()
    {
        using var alice = X25519PrivateKey.FromBytes(Hex.Bytes("c806439dc9d2c476ffed8f2580c0888d58ab406bf7ae3698879021b96bb4bf59"));
        using var bob = X25519PrivateKey.FromBytes(Hex.Bytes("b03b34c33a1c44f225b662d2bf4859b8135411fa7b0386d45fb75dc5b91b4466"));
        Assert.Equal("1bb75966f2e93a3691dfff942bb2a466a1c08b8d78ca3f4d6df8b8bfa2e4ee28", alice.PublicKey.ToString());
        Assert.Equal("653614993d2b15ee9e5fd3d86ce719ef4ec1daae1886a87b3f5fa9565a27a22f", bob.PublicKey.ToString());
        const string Shared = "325f239328941ced6e673b86ba41017448e99b649a9c3806c1dd7ca4c477e629";
        Assert.Equal(Shared, Agree(alice, bob.PublicKey));
        Assert.Equal(Shared, Agree(bob, alice.PublicKey));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public void TryAgree_PeerOfSmallOrder_RefusesAndLeavesZeroes(string peer)
    {
        using var key = X25519PrivateKey.Generate(new SeededRandom(3));
        var shared = new byte[32];
        shared.AsSpan().Fill(7);
        Assert.False(key.TryAgree(Hex.X25519(peer), shared));
        Assert.True(ConstantTime.IsZero(shared));
    }

    [Fact]
    public void FromBytes_Unclamped_IsKeptClamped()
    {
        using var key = X25519PrivateKey.FromBytes(Enumerable.Repeat((byte)0xFF, 32).ToArray());
        Assert.Equal(0xF8, key.Value[0]);
        Assert.Equal(0x7F, key.Value[31]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Keys_OfAWrongSize_AreRefused(int size)
    {
        var bytes = new byte[size];
        Assert.False(X25519PublicKey.TryParse(bytes, out _));
        Assert.False(Ed25519PublicKey.TryParse(bytes, out _));
        Assert.Throws<ArgumentException>(() => X25519PrivateKey.FromBytes(bytes));
        Assert.Throws<ArgumentException>(() => Ed25519PrivateKey.FromSeed(bytes));
        using var key = X25519PrivateKey.Generate(new SeededRandom(4));
        Assert.Throws<ArgumentException>(() => key.TryAgree(key.PublicKey, bytes));
    }

    [Fact]
    public void DisposedKey_Throws()
    {
        var key = X25519PrivateKey.Generate(new SeededRandom(5));
        var peer = key.PublicKey;
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.TryAgree(peer, new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => key.Value.Length);
    }

    private static string Agree(X25519PrivateKey key, X25519PublicKey peer)
    {
        var shared = new byte[32];
        Assert.True(key.TryAgree(peer, shared));
        return Hex.Of(shared);
    }
}
