using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// ChaCha20-Poly1305 (RFC 8439): key 32, nonce 12, tag 16 bytes after the ciphertext. A nonce must never be used twice under one key.
/// Source and destination may be the same memory; other overlaps are not allowed.
/// </summary>
public static unsafe class ChaCha20Poly1305Aead
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = SodiumAead.KeySize;

    /// <summary>Bytes in a nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Bytes in a tag.</summary>
    public const int TagSize = SodiumAead.TagSize;

    /// <summary>Encrypts into <paramref name="destination"/>, which takes exactly the plaintext and <see cref="TagSize"/> bytes.</summary>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
        SodiumAead.Seal(&Sodium.ChaCha20Poly1305Encrypt, NonceSize, key, nonce, associatedData, plaintext, destination);

    /// <summary>
    /// Decrypts into <paramref name="destination"/>, which takes exactly the ciphertext less <see cref="TagSize"/> bytes. False, with
    /// nothing but zeroes written, when the ciphertext is not authentic or shorter than a tag.
    /// </summary>
    /// <exception cref="ArgumentException">A size other than the ciphertext's is wrong.</exception>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> ciphertext, Span<byte> destination) =>
        SodiumAead.TryOpen(&Sodium.ChaCha20Poly1305Decrypt, NonceSize, key, nonce, associatedData, ciphertext, destination);
}
