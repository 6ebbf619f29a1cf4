namespace Kith.Crypto.Tests;

/// <summary>What every AEAD of Kith has to do, over every one of them.</summary>
public sealed class AeadContractTests
{
    private static readonly int[] Sizes = [0, 1, 15, 16, 17, 63, 64, 65, 300, 1200, ChaCha20Poly1305Key.PlatformThreshold, 20000];

    public static TheoryData<string> Names() => [.. Aead.All.Keys];

    [Theory]
    [InlineData("ChaCha20Poly1305", "aead-chacha20-poly1305.json", 316)]
    [InlineData("ChaCha20Poly1305Key", "aead-chacha20-poly1305.json", 316)]
    [InlineData("XChaCha20Poly1305", "aead-xchacha20-poly1305.json", 306)]
    public void PublicVectors_ValidOpen_InvalidAreRefused(string name, string file, int count)
    {
        var aead = Aead.All[name];
        var vectors = VectorFile.Read(file);
        Assert.Equal(count, vectors.Length);
        foreach (var vector in vectors)
        {
            byte[] message = vector.Bytes("msg"), sealedBytes = [.. vector.Bytes("ct"), .. vector.Bytes("tag")];
            byte[] key = vector.Bytes("key"), nonce = vector.Bytes("iv"), ad = vector.Bytes("aad");
            var opened = new byte[message.Length];
            Assert.Equal(vector.IsValid(), aead.TryOpen(key, nonce, ad, sealedBytes, opened));
            if (!vector.IsValid())
                continue;
            Assert.Equal(message, opened);
            var made = new byte[sealedBytes.Length];
            aead.Seal(key, nonce, ad, message, made);
            Assert.Equal(sealedBytes, made);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_OfWhatWasSealed_GivesItBack(string name)
    {
        var t = new Trial(name);
        foreach (var size in Sizes)
        {
            var message = t.Random.NextBytes(size);
            var opened = new byte[size];
            Assert.True(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, t.Seal(message), opened));
            Assert.Equal(message, opened);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void InPlace_WorksToo(string name)
    {
        var t = new Trial(name);
        foreach (var size in Sizes)
        {
            var message = t.Random.NextBytes(size);
            var buffer = new byte[size + 16];
            message.CopyTo(buffer, 0);
            t.Aead.Seal(t.Key, t.Nonce, t.Ad, buffer.AsSpan(0, size), buffer);
            Assert.Equal(t.Seal(message), buffer);
            Assert.True(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, buffer, buffer.AsSpan(0, size)));
            Assert.Equal(message, buffer.AsSpan(0, size));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_AnyBitFlipped_RefusesAndLeavesZeroes(string name)
    {
        var t = new Trial(name);
        foreach (var size in Sizes)
        {
            var sealedBytes = t.Seal(t.Random.NextBytes(size));
            var opened = new byte[size];
            for (var bit = 0; bit < sealedBytes.Length * 8; bit += size > 100 ? 997 : 1)
            {
                opened.AsSpan().Fill(1);
                sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, sealedBytes, opened));
                Assert.True(ConstantTime.IsZero(opened));
                sealedBytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_OtherKeyNonceOrAd_Refuses(string name)
    {
        var t = new Trial(name);
        var sealedBytes = t.Seal(new byte[40]);
        var opened = new byte[40];
        foreach (var part in new[] { t.Key, t.Nonce, t.Ad })
        {
            part[0] ^= 1;
            Assert.False(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, sealedBytes, opened));
            part[0] ^= 1;
        }
        Assert.False(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad.AsSpan(1), sealedBytes, opened));
        Assert.True(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, sealedBytes, opened));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_ShorterThanATag_Refuses(string name)
    {
        var t = new Trial(name);
        for (var size = 0; size < 16; size++)
            Assert.False(t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, new byte[size], []));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongSizes_Throw(string name)
    {
        var t = new Trial(name);
        Assert.Throws<ArgumentException>(() => t.Aead.Seal(t.Key, t.Nonce, t.Ad, new byte[10], new byte[25]));
        Assert.Throws<ArgumentException>(() => t.Aead.Seal(t.Key, t.Nonce, t.Ad, new byte[10], new byte[27]));
        Assert.Throws<ArgumentException>(() => t.Aead.TryOpen(t.Key, t.Nonce, t.Ad, new byte[26], new byte[9]));
        Assert.Throws<ArgumentException>(() => t.Aead.Seal(t.Key, t.Nonce.AsSpan(1), t.Ad, [], new byte[16]));
        Assert.Throws<ArgumentException>(() => t.Aead.Seal(t.Key.AsSpan(1), t.Nonce, t.Ad, [], new byte[16]));
        Assert.Throws<ArgumentException>(() => t.Aead.TryOpen(t.Key, t.Nonce.AsSpan(1), t.Ad, new byte[16], []));
        Assert.Throws<ArgumentException>(() => t.Aead.TryOpen(t.Key.AsSpan(1), t.Nonce, t.Ad, new byte[16], []));
    }

    private sealed class Trial(string name)
    {
        public SeededRandom Random { get; } = new(42);
        public Aead Aead { get; } = Aead.All[name];
        public byte[] Key { get; } = new SeededRandom(1).NextBytes(32);
        public byte[] Nonce { get; } = new SeededRandom(2).NextBytes(Aead.All[name].NonceSize);
        public byte[] Ad { get; } = new SeededRandom(3).NextBytes(20);

        public byte[] Seal(byte[] message)
        {
            var sealedBytes = new byte[message.Length + 16];
            Aead.Seal(Key, Nonce, Ad, message, sealedBytes);
            return sealedBytes;
        }
    }

    private abstract class Aead
    {
        public static Dictionary<string, Aead> All { get; } = new(StringComparer.Ordinal)
        {
            ["ChaCha20Poly1305"] = new Short(),
            ["ChaCha20Poly1305Key"] = new Keyed(),
            ["XChaCha20Poly1305"] = new Long(),
        };

        public abstract int NonceSize { get; }

        public abstract void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> destination);

        public abstract bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> destination);

        private sealed class Short : Aead
        {
            public override int NonceSize => ChaCha20Poly1305Aead.NonceSize;

            public override void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
                ChaCha20Poly1305Aead.Seal(key, nonce, ad, plaintext, destination);

            public override bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> destination) =>
                ChaCha20Poly1305Aead.TryOpen(key, nonce, ad, ciphertext, destination);
        }

        private sealed class Long : Aead
        {
            public override int NonceSize => XChaCha20Poly1305Aead.NonceSize;

            public override void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
                XChaCha20Poly1305Aead.Seal(key, nonce, ad, plaintext, destination);

            public override bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> destination) =>
                XChaCha20Poly1305Aead.TryOpen(key, nonce, ad, ciphertext, destination);
        }

        private sealed class Keyed : Aead
        {
            public override int NonceSize => ChaCha20Poly1305Aead.NonceSize;

            public override void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> destination)
            {
                using var keyed = new ChaCha20Poly1305Key(key);
                keyed.Seal(nonce, ad, plaintext, destination);
            }

            public override bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> destination)
            {
                using var keyed = new ChaCha20Poly1305Key(key);
                return keyed.TryOpen(nonce, ad, ciphertext, destination);
            }
        }
    }
}
