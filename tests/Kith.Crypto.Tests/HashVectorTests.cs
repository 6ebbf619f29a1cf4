using System.Text;

namespace Kith.Crypto.Tests;

public sealed class HashVectorTests
{
    [Fact]
    public void Sha2_Fips180()
    {
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Hex.Of(Sha256.Hash("abc"u8)));
        Assert.Equal(
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            Hex.Of(Sha512.Hash("abc"u8)));
        Assert.Throws<ArgumentException>(() => Sha256.Hash([], new byte[31]));
        Assert.Throws<ArgumentException>(() => Sha512.Hash([], new byte[65]));
    }

    [Fact]
    public void Hmac_Wycheproof()
    {
        foreach (var vector in VectorFile.Read("hmac-sha256.json"))
            Assert.Equal(vector.IsValid(), HmacSha256.Verify(vector.Bytes("key"), vector.Bytes("msg"), vector.Bytes("tag")));
    }

    [Fact]
    public void HmacVerify_AnyBitFlippedOrTagTooShortOrLong_Refuses()
    {
        var tag = new byte[32];
        HmacSha256.Hash("key"u8, "data"u8, tag);
        Assert.True(HmacSha256.Verify("key"u8, "data"u8, tag));
        Assert.True(HmacSha256.Verify("key"u8, "data"u8, tag.AsSpan(0, 8)));
        Assert.False(HmacSha256.Verify("key"u8, "data"u8, tag.AsSpan(0, 7)));
        Assert.False(HmacSha256.Verify("key"u8, "data"u8, []));
        Assert.False(HmacSha256.Verify("key"u8, "data"u8, [.. tag, 0]));
        for (var bit = 0; bit < 256; bit++)
        {
            tag[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(HmacSha256.Verify("key"u8, "data"u8, tag));
            tag[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Hkdf_Wycheproof()
    {
        foreach (var vector in VectorFile.Read("hkdf-sha256.json"))
        {
            byte[] ikm = vector.Bytes("ikm"), salt = vector.Bytes("salt"), info = vector.Bytes("info");
            var output = new byte[vector.GetProperty("size").GetInt32()];
            if (!vector.IsValid())
            {
                Assert.Throws<ArgumentException>(() => Hkdf.DeriveKey(ikm, salt, info, output));
                continue;
            }
            Hkdf.DeriveKey(ikm, salt, info, output);
            Assert.Equal(vector.Text("okm"), Hex.Of(output));
            var prk = new byte[32];
            Hkdf.Extract(ikm, salt, prk);
            output.AsSpan().Clear();
            Hkdf.Expand(prk, info, output);
            Assert.Equal(vector.Text("okm"), Hex.Of(output));
        }
    }

    [Fact]
    public void Blake2b_KnownAnswers()
    {
        foreach (var vector in VectorFile.Read("blake2b.json"))
        {
            var output = new byte[64];
            var key = vector.Bytes("key");
            if (key.Length == 0)
                Blake2b.Hash(vector.Bytes("in"), output);
            else
                Blake2b.Hash(key, vector.Bytes("in"), output);
            Assert.Equal(vector.Text("out"), Hex.Of(output));
        }
    }

    [Fact]
    public void Blake2s_KnownAnswers()
    {
        foreach (var vector in VectorFile.Read("blake2s.json"))
        {
            var output = new byte[32];
            Blake2s.Hash(vector.Bytes("key"), vector.Bytes("in"), output);
            Assert.Equal(vector.Text("out"), Hex.Of(output));
        }
    }

    // RFC 7693 appendix E: a hash over hashes of many input, key and output sizes
    [Fact]
    public void Blake2_Rfc7693SelfTests()
    {
        Assert.Equal("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe",
            SelfTest([16, 20, 28, 32], [0, 3, 64, 65, 255, 1024], (key, data, output) => Blake2s.Hash(key, data, output)));
        Assert.Equal("c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475",
            SelfTest([20, 32, 48, 64], [0, 3, 128, 129, 255, 1024], (key, data, output) =>
            {
                if (key.Length == 0)
                    Blake2b.Hash(data, output);
                else
                    Blake2b.Hash(key, data, output);
            }));
    }

    [Fact]
    public void Blake2bVerify_OtherKeyDataOrTag_Refuses()
    {
        var key = new byte[32];
        var tag = new byte[16];
        Blake2b.Hash(key, "data"u8, tag);
        Assert.True(Blake2b.Verify(key, "data"u8, tag));
        Assert.False(Blake2b.Verify(key, "date"u8, tag));
        Assert.False(Blake2b.Verify(key, "data"u8, tag.AsSpan(1)));
        key[3] = 1;
        Assert.False(Blake2b.Verify(key, "data"u8, tag));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash(new byte[15], [], tag));
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], new byte[65]));
        Assert.Throws<ArgumentException>(() => Blake2s.Hash([], new byte[33]));
    }

    [Fact]
    public void Argon2id_Libsodium()
    {
        foreach (var vector in VectorFile.Read("argon2id.json"))
        {
            var expected = vector.Text("out");
            var output = new byte[expected.Length / 2];
            var parameters = new Argon2idParameters(vector.GetProperty("operations").GetInt32(), vector.GetProperty("memory").GetInt64());
            Argon2id.DeriveKey(vector.Bytes("password"), vector.Bytes("salt"), parameters, output);
            Assert.Equal(expected, Hex.Of(output));
        }
    }

    [Theory]
    [InlineData(0, 8192)]
    [InlineData(65, 8192)]
    [InlineData(1, 8191)]
    [InlineData(1, 1L << 40)]
    public void Argon2id_ParametersOutOfLimits_Throw(int operations, long memory) => Assert.Throws<ArgumentException>(
        () => Argon2id.DeriveKey(Encoding.UTF8.GetBytes("x"), new byte[16], new Argon2idParameters(operations, memory), new byte[32]));

    private delegate void Hasher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> output);

    private static string SelfTest(int[] outputSizes, int[] inputSizes, Hasher hash)
    {
        var all = new List<byte>();
        foreach (var outputSize in outputSizes)
        {
            foreach (var inputSize in inputSizes)
            {
                var output = new byte[outputSize];
                var input = Sequence(inputSize, (uint)inputSize);
                hash([], input, output);
                all.AddRange(output);
                hash(Sequence(outputSize, (uint)outputSize), input, output);
                all.AddRange(output);
            }
        }
        var digest = new byte[32];
        hash([], all.ToArray(), digest);
        return Hex.Of(digest);
    }

    // selftest_seq: a Fibonacci generator
    private static byte[] Sequence(int length, uint seed)
    {
        uint a = 0xDEAD4BAD * seed, b = 1;
        var output = new byte[length];
        for (var i = 0; i < length; i++)
        {
            var t = a + b;
            (a, b) = (b, t);
            output[i] = (byte)(t >> 24);
        }
        return output;
    }
}
