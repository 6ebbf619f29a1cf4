using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>
/// A ChaCha20-Poly1305 key (RFC 8439) for many packets. Short packets go to libsodium, long ones to the platform's
/// implementation: each is some times faster there (docs/protocol/crypto.md). Not for use by two threads at once.
/// </summary>
public sealed class ChaCha20Poly1305Key : IDisposable
{
    /// <summary>From this many bytes of plaintext on the platform's implementation is used, where there is one.</summary>
    internal const int PlatformThreshold = 4096;

    private readonly SecretBytes _key;
    private ChaCha20Poly1305? _platform; // made when the first long packet comes

    /// <summary>Takes a copy of 32 secret bytes.</summary>
    public ChaCha20Poly1305Key(ReadOnlySpan<byte> key)
    {
        Misuse.ThrowUnlessSize(key.Length, ChaCha20Poly1305Aead.KeySize, nameof(key));
        _key = new SecretBytes(key);
    }

    /// <summary>The 32 secret bytes.</summary>
    public ReadOnlySpan<byte> Value => _key.Value;

    /// <inheritdoc cref="ChaCha20Poly1305Aead.Seal"/>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        if (plaintext.Length < PlatformThreshold || !ChaCha20Poly1305.IsSupported)
        {
            ChaCha20Poly1305Aead.Seal(_key.Value, nonce, associatedData, plaintext, destination);
            return;
        }
        Misuse.ThrowUnlessSize(nonce.Length, ChaCha20Poly1305Aead.NonceSize, nameof(nonce));
        Misuse.ThrowUnlessSize(destination.Length, plaintext.Length + ChaCha20Poly1305Aead.TagSize, nameof(destination));
        Platform.Encrypt(nonce, plaintext, destination[..plaintext.Length], destination[plaintext.Length..], associatedData);
    }

    /// <inheritdoc cref="ChaCha20Poly1305Aead.TryOpen"/>
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        // The platform says "not authentic" by an exception, so only what is worth it goes there: long ciphertexts.
        var size = ciphertext.Length - ChaCha20Poly1305Aead.TagSize;
        if (size < PlatformThreshold || !ChaCha20Poly1305.IsSupported)
            return ChaCha20Poly1305Aead.TryOpen(_key.Value, nonce, associatedData, ciphertext, destination);
        Misuse.ThrowUnlessSize(nonce.Length, ChaCha20Poly1305Aead.NonceSize, nameof(nonce));
        Misuse.ThrowUnlessSize(destination.Length, size, nameof(destination));
        try
        {
            Platform.Decrypt(nonce, ciphertext[..size], ciphertext[size..], destination, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            destination.Clear();
            return false;
        }
    }

    /// <summary>Writes the 12-byte nonce of a packet number as Noise does (§12.3): 32 zero bits, then 64 bits little-endian.</summary>
    public static void WriteNonce(ulong counter, Span<byte> nonce)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _platform?.Dispose();
        _platform = null;
        _key.Dispose();
    }

    private ChaCha20Poly1305 Platform => _platform ??= new ChaCha20Poly1305(_key.Value);
}
