namespace Kith.Crypto.Tests;

public sealed class CurveVectorTests
{
    [Fact]
    public void X25519_Wycheproof_AgreesOrRefusesZero()
    {
        foreach (var vector in VectorFile.Read("x25519.json"))
        {
            using var key = X25519PrivateKey.FromBytes(vector.Bytes("private"));
            var peer = Hex.X25519(vector.Text("public"));
            var shared = new byte[32];
            var zero = ConstantTime.IsZero(vector.Bytes("shared"));
            Assert.Equal(!zero, key.TryAgree(peer, shared));
            Assert.Equal(vector.Text("shared"), Hex.Of(shared));
            Assert.Equal(zero, peer.HasSmallOrder);
        }
    }

    [Fact]
    public void Ed25519_Wycheproof_VerifiesOrRefuses()
    {
        foreach (var vector in VectorFile.Read("ed25519.json"))
        {
            var ok = Hex.Ed25519(vector.Text("pk")).Verify(vector.Bytes("msg"), vector.Bytes("sig"));
            Assert.True(ok == vector.IsValid(), $"{vector.GetProperty("tcId")} {vector.Text("comment")}");
        }
    }

    [Fact]
    public void AesCbc_Wycheproof_DecryptsOrRefuses()
    {
        foreach (var vector in VectorFile.Read("aes-256-cbc.json"))
        {
            byte[] message = vector.Bytes("msg"), ciphertext = vector.Bytes("ct");
            var output = new byte[ciphertext.Length];
            Assert.Equal(vector.IsValid(), AesCbc.TryDecrypt(vector.Bytes("key"), vector.Bytes("iv"), ciphertext, output, out var written));
            if (!vector.IsValid())
            {
                Assert.True(ConstantTime.IsZero(output));
                continue;
            }
            Assert.Equal(message, output.AsSpan(0, written));
            var made = new byte[AesCbc.CiphertextSize(message.Length)];
            AesCbc.Encrypt(vector.Bytes("key"), vector.Bytes("iv"), message, made);
            Assert.Equal(ciphertext, made);
        }
    }

    // The managed padding check against the platform's, on random last blocks
    [Fact]
    public void AesCbc_PaddingOfEverySize_IsReadBack()
    {
        byte[] key = new byte[32], iv = new byte[16];
        for (var size = 0; size < 50; size++)
        {
            var message = new SeededRandom((ulong)size).NextBytes(size);
            var ciphertext = new byte[AesCbc.CiphertextSize(size)];
            AesCbc.Encrypt(key, iv, message, ciphertext);
            var output = new byte[ciphertext.Length];
            Assert.True(AesCbc.TryDecrypt(key, iv, ciphertext, output, out var written));
            Assert.Equal(message, output.AsSpan(0, written));
            Assert.False(AesCbc.TryDecrypt(key, iv, ciphertext.AsSpan(1), output, out _));
        }
        Assert.False(AesCbc.TryDecrypt(key, iv, [], [], out _));
        Assert.Throws<ArgumentException>(() => AesCbc.TryDecrypt(key, iv, new byte[16], new byte[15], out _));
        Assert.Throws<ArgumentException>(() => AesCbc.Encrypt(key, iv, new byte[16], new byte[16]));
        Assert.Throws<ArgumentException>(() => AesCbc.Encrypt(key.AsSpan(1), iv, [], new byte[16]));
        Assert.Throws<ArgumentException>(() => AesCbc.Encrypt(key, iv.AsSpan(1), [], new byte[16]));
    }

    [Fact]
    public void FieldElement_SmallCases_AreCanonical()
    {
        var bytes = new byte[32];
        FieldElement25519.Read(Hex.Bytes("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")).Write(bytes);
        Assert.True(ConstantTime.IsZero(bytes)); // p
        (FieldElement25519.Read(new byte[32]) - FieldElement25519.One).Write(bytes);
        Assert.Equal("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", Hex.Of(bytes)); // −1
        var random = new SeededRandom(9);
        for (var i = 0; i < 50; i++)
        {
            var x = FieldElement25519.Read(random.NextBytes(32));
            (x * x.Invert()).Write(bytes);
            Assert.Equal(1, bytes[0]);
            Assert.True(ConstantTime.IsZero(bytes.AsSpan(1)));
        }
    }
}
