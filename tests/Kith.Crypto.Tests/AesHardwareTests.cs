using System.Security.Cryptography;

namespace Kith.Crypto.Tests;

public sealed class AesHardwareTests
{
    // The public vectors run over AesCbc, which takes this way where it can; here each length is held against the platform's way.
    [Fact]
    public void AesCbc_EveryLengthUpTo300_IsThatOfThePlatform()
    {
        var random = new SeededRandom(5);
        byte[] key = new byte[AesCbc.KeySize], iv = new byte[AesCbc.IvSize];
        for (var length = 0; length <= 300; length++)
        {
            random.Fill(key);
            random.Fill(iv);
            var plaintext = new byte[length];
            random.Fill(plaintext);
            using var aes = Aes.Create();
            aes.Key = key;
            var expected = aes.EncryptCbc(plaintext, iv);
            var ciphertext = new byte[AesCbc.CiphertextSize(length)];
            AesCbc.Encrypt(key, iv, plaintext, ciphertext);
            Assert.Equal(expected, ciphertext);

            // In place, as a reused buffer would have it.
            Assert.True(AesCbc.TryDecrypt(key, iv, ciphertext, ciphertext, out var written));
            Assert.Equal(plaintext, ciphertext[..written]);
        }
    }
}
