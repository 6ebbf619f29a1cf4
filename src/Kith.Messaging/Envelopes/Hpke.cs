using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Envelopes;

/// <summary>
/// HPKE (RFC 9180) in base mode, one message: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, ChaCha20Poly1305 0x0003. Proved by the vectors of its
/// appendix A.2.1. Only the first message of a context is ever sealed, so the nonce is the base nonce (§5.2, sequence number 0).
/// </summary>
internal static class Hpke
{
    public const int EncapsulatedKeySize = X25519PublicKey.Size;

    private const int HashSize = Hkdf.PseudorandomKeySize;
    private const int MaxInput = 512;
    private const byte BaseMode = 0;

    // "KEM" ‖ kem_id (§4.1), "HPKE" ‖ kem_id ‖ kdf_id ‖ aead_id (§5.1)
    private static ReadOnlySpan<byte> KemSuite => [0x4b, 0x45, 0x4d, 0x00, 0x20];

    private static ReadOnlySpan<byte> HpkeSuite => [0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x03];

    /// <summary>Longest info.</summary>
    public const int MaxInfo = 128;

    /// <summary>
    /// Seals to <paramref name="recipient"/>; plaintext and destination may be the same memory. <paramref name="encapsulated"/> is the ephemeral public key as it will be
    /// sent (its highest bit may be anything: RFC 7748 §5 ignores it). False when the recipient's key has small order.
    /// </summary>
    public static bool TrySeal(X25519PrivateKey ephemeral, ReadOnlySpan<byte> encapsulated, X25519PublicKey recipient, ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Span<byte> keyAndNonce = stackalloc byte[ChaCha20Poly1305Aead.KeySize + ChaCha20Poly1305Aead.NonceSize];
        try
        {
            if (!TrySchedule(ephemeral, recipient, encapsulated, recipient, info, keyAndNonce))
                return false;
            ChaCha20Poly1305Aead.Seal(
                keyAndNonce[..ChaCha20Poly1305Aead.KeySize], keyAndNonce[ChaCha20Poly1305Aead.KeySize..], associatedData, plaintext, destination);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyAndNonce);
        }
    }

    /// <summary>Opens what <see cref="TrySeal"/> sealed; false when it was not sealed so to this key.</summary>
    public static bool TryOpen(X25519PrivateKey recipient, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        Span<byte> keyAndNonce = stackalloc byte[ChaCha20Poly1305Aead.KeySize + ChaCha20Poly1305Aead.NonceSize];
        try
        {
            return X25519PublicKey.TryParse(encapsulated, out var ephemeral)
                && TrySchedule(recipient, ephemeral, encapsulated, recipient.PublicKey, info, keyAndNonce)
                && ChaCha20Poly1305Aead.TryOpen(
                    keyAndNonce[..ChaCha20Poly1305Aead.KeySize], keyAndNonce[ChaCha20Poly1305Aead.KeySize..], associatedData, ciphertext, destination);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyAndNonce);
        }
    }

    // §4.1 Encap/Decap and §5.1 KeySchedule with an empty psk and psk_id.
    private static bool TrySchedule(X25519PrivateKey own, X25519PublicKey other, ReadOnlySpan<byte> encapsulated, X25519PublicKey recipient,
        ReadOnlySpan<byte> info, Span<byte> keyAndNonce)
    {
        Span<byte> secret = stackalloc byte[HashSize];
        Span<byte> dh = stackalloc byte[X25519PrivateKey.SharedSize];
        try
        {
            if (!own.TryAgree(other, dh))
                return false;
            Span<byte> kemContext = stackalloc byte[EncapsulatedKeySize + X25519PublicKey.Size];
            encapsulated.CopyTo(kemContext);
            recipient.CopyTo(kemContext[EncapsulatedKeySize..]);
            LabeledExtract(KemSuite, [], "eae_prk"u8, dh, secret);
            LabeledExpand(KemSuite, secret, "shared_secret"u8, kemContext, dh);

            Span<byte> context = stackalloc byte[1 + (2 * HashSize)];
            context[0] = BaseMode;
            LabeledExtract(HpkeSuite, [], "psk_id_hash"u8, [], context.Slice(1, HashSize));
            LabeledExtract(HpkeSuite, [], "info_hash"u8, info, context.Slice(1 + HashSize, HashSize));
            LabeledExtract(HpkeSuite, dh, "secret"u8, [], secret);
            LabeledExpand(HpkeSuite, secret, "key"u8, context, keyAndNonce[..ChaCha20Poly1305Aead.KeySize]);
            LabeledExpand(HpkeSuite, secret, "base_nonce"u8, context, keyAndNonce[ChaCha20Poly1305Aead.KeySize..]);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(dh);
        }
    }

    // §4: "HPKE-v1" ‖ suite_id ‖ label ‖ ikm
    private static void LabeledExtract(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> inputKey, Span<byte> output)
    {
        Span<byte> input = stackalloc byte[MaxInput];
        var size = Concat(input, "HPKE-v1"u8, suite, label, inputKey);
        Hkdf.Extract(input[..size], salt, output);
        CryptographicOperations.ZeroMemory(input[..size]);
    }

    // §4: I2OSP(L, 2) ‖ "HPKE-v1" ‖ suite_id ‖ label ‖ info
    private static void LabeledExpand(ReadOnlySpan<byte> suite, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> input = stackalloc byte[MaxInput];
        input[0] = 0;
        input[1] = (byte)output.Length;
        var size = 2 + Concat(input[2..], "HPKE-v1"u8, suite, label, info);
        Hkdf.Expand(secret, input[..size], output);
    }

    private static int Concat(Span<byte> destination, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d)
    {
        a.CopyTo(destination);
        b.CopyTo(destination[a.Length..]);
        c.CopyTo(destination[(a.Length + b.Length)..]);
        d.CopyTo(destination[(a.Length + b.Length + c.Length)..]);
        return a.Length + b.Length + c.Length + d.Length;
    }
}
