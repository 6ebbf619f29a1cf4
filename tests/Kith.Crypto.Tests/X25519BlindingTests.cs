namespace Kith.Crypto.Tests;

public sealed class X25519BlindingTests
{
    private const int Row = 8;

    [Fact]
    public void Combined_GivesWhatTheScalarsGiveOneAfterTheOther()
    {
        for (var seed = 0UL; seed < 40; seed++)
        {
            var random = new SeededRandom(seed);
            using var peer = X25519PrivateKey.Generate(random);
            var combined = random.NextBytes(X25519Blinding.ScalarSize);
            Assert.True(X25519Blinding.TryMultiply(peer.PublicKey, combined, out var plain));
            for (var i = 0; i < Row; i++)
            {
                var factor = random.NextBytes(X25519Blinding.ScalarSize);
                Assert.True(X25519Blinding.TryMultiply(plain, factor, out plain));
                X25519Blinding.Combine(combined, factor);
                Assert.Equal((0, 64), (combined[0] & 7, combined[31] & 192));
                Assert.True(X25519Blinding.TryMultiply(peer.PublicKey, combined, out var once));
                Assert.Equal(plain, once);
            }
        }
    }

    [Fact]
    public void Multiplied_IsTheAgreement()
    {
        var random = new SeededRandom(1);
        using var mine = X25519PrivateKey.Generate(random);
        using var theirs = X25519PrivateKey.Generate(random);
        Span<byte> shared = stackalloc byte[X25519PrivateKey.SharedSize];
        Assert.True(mine.TryAgree(theirs.PublicKey, shared));
        Assert.True(X25519Blinding.TryMultiply(theirs.PublicKey, mine.Value, out var product));
        Assert.Equal(product.ToArray(), shared.ToArray());
    }

    [Fact]
    public void PointOfSmallOrder_HasNoProduct()
    {
        Assert.True(X25519PublicKey.TryParse(new byte[32], out var zero));
        Assert.False(X25519Blinding.TryMultiply(zero, new byte[32], out var product));
        Assert.Equal(default, product);
    }

    // RFC 8439 appendix A.1, test vectors 1 and 2: the key stream of blocks 0 and 1.
    [Fact]
    public void Stream_OfZeroes_IsTheKeyStreamOfTheRfc()
    {
        var data = new byte[128];
        ChaCha20Stream.Apply(new byte[32], new byte[12], data);
        Assert.StartsWith("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7", Convert.ToHexStringLower(data), StringComparison.Ordinal);
        Assert.StartsWith("9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed", Convert.ToHexStringLower(data[64..]), StringComparison.Ordinal);
    }
}
