namespace Kith.Crypto.Native;

/// <summary>What libsodium's AEADs have in common: how they are called, a key of 32 bytes, and a tag of 16 behind the ciphertext. They differ in the function and in the nonce.</summary>
internal static unsafe class SodiumAead
{
    public const int KeySize = 32;

    public const int TagSize = 16;

    /// <param name="encrypt">The AEAD's <c>…_encrypt</c>.</param>
    /// <param name="nonceSize">Bytes in its nonces.</param>
    /// <param name="key"><see cref="KeySize"/> bytes.</param>
    /// <param name="nonce">As many bytes as said.</param>
    /// <param name="associatedData">What is authenticated with it.</param>
    /// <param name="plaintext">What is encrypted.</param>
    /// <param name="destination">Takes exactly the plaintext and a tag.</param>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public static void Seal(
        delegate*<byte*, ulong*, byte*, ulong, byte*, ulong, byte*, byte*, byte*, int> encrypt, int nonceSize,
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        Misuse.ThrowUnlessSize(nonce.Length, nonceSize, nameof(nonce));
        Misuse.ThrowUnlessSize(destination.Length, plaintext.Length + TagSize, nameof(destination));
        fixed (byte* c = destination, m = plaintext, ad = associatedData, n = nonce, k = key)
            _ = encrypt(c, null, m, (ulong)plaintext.Length, ad, (ulong)associatedData.Length, null, n, k);
    }

    /// <param name="decrypt">The AEAD's <c>…_decrypt</c>.</param>
    /// <param name="nonceSize">Bytes in its nonces.</param>
    /// <param name="key"><see cref="KeySize"/> bytes.</param>
    /// <param name="nonce">As many bytes as said.</param>
    /// <param name="associatedData">What is authenticated with it.</param>
    /// <param name="ciphertext">What is decrypted; false when it is not authentic or shorter than a tag.</param>
    /// <param name="destination">Takes exactly the ciphertext less a tag; zeroes where it is not authentic.</param>
    /// <exception cref="ArgumentException">A size other than the ciphertext's is wrong.</exception>
    public static bool TryOpen(
        delegate*<byte*, ulong*, byte*, byte*, ulong, byte*, ulong, byte*, byte*, int> decrypt, int nonceSize,
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        Misuse.ThrowUnlessSize(nonce.Length, nonceSize, nameof(nonce));
        if (ciphertext.Length < TagSize)
            return false;
        Misuse.ThrowUnlessSize(destination.Length, ciphertext.Length - TagSize, nameof(destination));
        // Given no room for a message, libsodium only verifies: right for an empty one.
        fixed (byte* m = destination, c = ciphertext, ad = associatedData, n = nonce, k = key)
            return decrypt(m, null, null, c, (ulong)ciphertext.Length, ad, (ulong)associatedData.Length, n, k) == 0;
    }
}
