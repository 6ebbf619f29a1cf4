using System.Security.Cryptography;
using System.Text;
using Kith.Crypto.Kem;

namespace Kith.Crypto.Tests.Kem;

public sealed class KyberTests
{
    [Fact]
    public void Keccak_EmptyAndAbc_MatchFips202Examples()
    {
        byte[] digest = new byte[32];
        Keccak.Sha3256([], [], digest);
        Assert.Equal("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a", Convert.ToHexStringLower(digest));
        Keccak.Sha3256("abc"u8, [], digest);
        Assert.Equal("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532", Convert.ToHexStringLower(digest));
        byte[] wide = new byte[64];
        Keccak.Sha3512("ab"u8, "c"u8, wide);
        Assert.Equal("b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
            + "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0", Convert.ToHexStringLower(wide));
        Keccak.Shake256([], [], digest);
        Assert.Equal("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f", Convert.ToHexStringLower(digest));
        Keccak sponge = Keccak.Shake128(new ulong[Keccak.StateWords]);
        sponge.Squeeze(digest);
        Assert.Equal("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26", Convert.ToHexStringLower(digest));
    }

    [Theory]
    [InlineData(135)]
    [InlineData(136)]
    [InlineData(137)]
    [InlineData(1000)]
    public void Keccak_AroundTheBlockSize_MatchesThePlatform(int length)
    {
        Assert.SkipUnless(SHA3_256.IsSupported, "The platform has no SHA-3 to compare with.");
        byte[] input = Encoding.ASCII.GetBytes(new string('k', length));
        byte[] digest = new byte[32];
        Keccak.Sha3256(input.AsSpan(0, 7), input.AsSpan(7), digest);
        Assert.Equal(SHA3_256.HashData(input), digest);
        byte[] long1 = new byte[500];
        Keccak.Shake256(input, [], long1);
        Assert.Equal(Shake256.HashData(input, 500), long1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    public void Compress_EveryCoefficient_IsTheRoundedQuotient(int bits)
    {
        for (int x = 0; x < KyberField.Q; x++)
        {
            int expected = (((x << bits) + (KyberField.Q / 2)) / KyberField.Q) & ((1 << bits) - 1);
            Assert.Equal(expected, KyberField.Compress(x, bits));
        }
    }

    [Fact]
    public void Barrett_EveryShort_IsCentredAndCongruent()
    {
        for (int x = short.MinValue; x <= short.MaxValue; x++)
        {
            short r = KyberField.Barrett((short)x);
            Assert.InRange(r, -(KyberField.Q - 1) / 2, (KyberField.Q - 1) / 2);
            Assert.Equal(0, (x - r) % KyberField.Q);
        }
    }

    [Fact]
    public void Encapsulate_ThenDecapsulate_AgreesAlsoAfterSerialising()
    {
        using KyberKeyPair pair = KyberKeyPair.Generate(SystemRandom.Instance);
        byte[] serialized = new byte[KyberKeyPair.SerializedSize];
        pair.Serialize(serialized);
        Assert.True(KyberKeyPair.TryParse(serialized, out KyberKeyPair? copy));
        Assert.Equal(pair.PublicKey, copy.PublicKey);
        Assert.True(KyberPublicKey.TryParse(pair.PublicKey.Serialized, out KyberPublicKey? publicKey));

        byte[] sent = new byte[32];
        byte[] found = new byte[32];
        byte[] ciphertext = publicKey.Encapsulate(SystemRandom.Instance, sent);
        Assert.True(copy.TryDecapsulate(ciphertext, found));
        Assert.Equal(sent, found);
    }

    [Fact]
    public void Decapsulate_AlteredCiphertext_GivesAnotherSecretThatIsAlwaysTheSame()
    {
        using KyberKeyPair pair = KyberKeyPair.Generate(SystemRandom.Instance);
        byte[] sent = new byte[32];
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        byte[] ciphertext = pair.PublicKey.Encapsulate(SystemRandom.Instance, sent);
        foreach (int at in new[] { 1, 700, ciphertext.Length - 1 })
        {
            ciphertext[at] ^= 1;
            Assert.True(pair.TryDecapsulate(ciphertext, first));
            Assert.True(pair.TryDecapsulate(ciphertext, second));
            Assert.NotEqual(sent, first);
            Assert.Equal(first, second);
            ciphertext[at] ^= 1;
        }
    }

    [Fact]
    public void Parsers_WrongTypeOrLength_Refuse()
    {
        using KyberKeyPair pair = KyberKeyPair.Generate(SystemRandom.Instance);
        byte[] publicKey = pair.PublicKey.Serialized.ToArray();
        byte[] secretKey = new byte[KyberKeyPair.SerializedSize];
        pair.Serialize(secretKey);
        byte[] secret = new byte[32];
        byte[] ciphertext = pair.PublicKey.Encapsulate(SystemRandom.Instance, secret);

        Assert.False(KyberPublicKey.TryParse(publicKey.AsSpan(1), out _));
        Assert.False(KyberPublicKey.TryParse([], out _));
        Assert.False(KyberPublicKey.TryParse([.. publicKey, 0], out _));
        Assert.False(KyberPublicKey.TryParse([0x0A, .. publicKey.AsSpan(1)], out _));
        Assert.False(KyberKeyPair.TryParse(secretKey.AsSpan(1), out _));
        Assert.False(KyberKeyPair.TryParse([0x07, .. secretKey.AsSpan(1)], out _));
        Assert.False(pair.TryDecapsulate(ciphertext.AsSpan(1), secret));
        Assert.False(pair.TryDecapsulate([0x07, .. ciphertext.AsSpan(1)], secret));
        Assert.False(pair.TryDecapsulate([], secret));
    }
}
