using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Kith.Crypto.Kem;

/// <summary>
/// Kyber-1024 as submitted to round 3 of the NIST competition (CRYSTALS-Kyber, version 3.02, algorithms 7 to 9), which is what
/// PQXDH of the Signal protocol names CRYSTALS-KYBER-1024. It is not FIPS 203's ML-KEM: the message is hashed first and the shared
/// secret is bound to the ciphertext. No branch, index or division depends on a secret; a ciphertext that does not re-encrypt gives a
/// pseudorandom secret (implicit rejection).
/// </summary>
public static class Kyber1024
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeySize = KyberEncryption.PublicKeyBytes;

    /// <summary>Bytes of a secret key: s ‖ public key ‖ H(public key) ‖ z.</summary>
    public const int SecretKeySize = KyberEncryption.SecretKeyBytes + PublicKeySize + (2 * KyberEncryption.SeedBytes);

    /// <summary>Bytes of a ciphertext.</summary>
    public const int CiphertextSize = KyberEncryption.CiphertextBytes;

    /// <summary>Bytes of the shared secret.</summary>
    public const int SharedSecretSize = 32;

    /// <summary>Bytes of randomness for a key pair: d ‖ z.</summary>
    public const int KeySeedSize = 2 * KyberEncryption.SeedBytes;

    /// <summary>Bytes of randomness for an encapsulation.</summary>
    public const int EncapsulationSeedSize = KyberEncryption.SeedBytes;

    private const int PublicKeyOffset = KyberEncryption.SecretKeyBytes;
    private const int HashOffset = PublicKeyOffset + PublicKeySize;
    private const int RejectionOffset = HashOffset + 32;

    /// <summary>Algorithm 7. All spans have exactly the sizes named above.</summary>
    public static void GenerateKeyPair(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> secretKey)
    {
        Require(seed.Length, KeySeedSize);
        Require(publicKey.Length, PublicKeySize);
        Require(secretKey.Length, SecretKeySize);

        KyberEncryption.GenerateKeyPair(seed[..32], publicKey, secretKey[..KyberEncryption.SecretKeyBytes]);
        publicKey.CopyTo(secretKey[PublicKeyOffset..]);
        Keccak.Sha3256(publicKey, [], secretKey.Slice(HashOffset, 32));
        seed[32..].CopyTo(secretKey[RejectionOffset..]);
    }

    /// <summary>Algorithm 8: a ciphertext for <paramref name="publicKey"/> and the secret that its owner will find in it.</summary>
    public static void Encapsulate(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> seed, Span<byte> ciphertext, Span<byte> sharedSecret)
    {
        Require(publicKey.Length, PublicKeySize);
        Require(seed.Length, EncapsulationSeedSize);
        Require(ciphertext.Length, CiphertextSize);
        Require(sharedSecret.Length, SharedSecretSize);

        Span<byte> message = stackalloc byte[32];
        Span<byte> hash = stackalloc byte[32];
        Span<byte> keys = stackalloc byte[64];
        Keccak.Sha3256(seed, [], message);
        Keccak.Sha3256(publicKey, [], hash);
        Keccak.Sha3512(message, hash, keys);
        KyberEncryption.Encrypt(publicKey, message, keys[32..], ciphertext);
        Keccak.Sha3256(ciphertext, [], keys[32..]);
        Keccak.Shake256(keys, [], sharedSecret);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(keys);
    }

    /// <summary>Algorithm 9: the secret in <paramref name="ciphertext"/>, or a pseudorandom one when it was not made by <see cref="Encapsulate"/>.</summary>
    public static void Decapsulate(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        Require(secretKey.Length, SecretKeySize);
        Require(ciphertext.Length, CiphertextSize);
        Require(sharedSecret.Length, SharedSecretSize);

        ReadOnlySpan<byte> publicKey = secretKey.Slice(PublicKeyOffset, PublicKeySize);
        ReadOnlySpan<byte> rejection = secretKey.Slice(RejectionOffset, 32);
        Span<byte> message = stackalloc byte[32];
        Span<byte> keys = stackalloc byte[64];
        Span<byte> expected = stackalloc byte[CiphertextSize];
        KyberEncryption.Decrypt(secretKey[..KyberEncryption.SecretKeyBytes], ciphertext, message);
        Keccak.Sha3512(message, secretKey.Slice(HashOffset, 32), keys);
        KyberEncryption.Encrypt(publicKey, message, keys[32..], expected);

        int difference = 0;
        for (int i = 0; i < expected.Length; i++)
            difference |= expected[i] ^ ciphertext[i];

        // All ones when the ciphertexts differ, so that z takes the place of K̄ without a branch.
        byte mask = (byte)(-difference >> 31);
        for (int i = 0; i < 32; i++)
            keys[i] ^= (byte)(mask & (keys[i] ^ rejection[i]));

        Keccak.Sha3256(ciphertext, [], keys[32..]);
        Keccak.Shake256(keys, [], sharedSecret);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(keys);
        CryptographicOperations.ZeroMemory(expected);
    }

    private static void Require(int length, int expected, [CallerArgumentExpression(nameof(length))] string? parameter = null)
    {
        if (length != expected)
            throw new ArgumentException($"Kyber-1024 needs {expected} bytes here, not {length}.", parameter);
    }
}
