using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>
/// AES-256 in CBC mode with PKCS #7 padding (NIST SP 800-38A, RFC 5652 §6.3), as Signal's message keys use it; by the processor's instructions
/// where it has them, else by the platform. It authenticates nothing: a MAC over the ciphertext has to be verified before decrypting.
/// </summary>
public static class AesCbc
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes in an initialisation vector.</summary>
    public const int IvSize = 16;

    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 16;

    /// <summary>Bytes of ciphertext for a plaintext: the next multiple of 16 above it.</summary>
    public static int CiphertextSize(int plaintextSize) => checked(plaintextSize / BlockSize * BlockSize + BlockSize);

    /// <summary>Encrypts into <paramref name="destination"/>, which takes exactly <see cref="CiphertextSize"/> bytes.</summary>
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(iv.Length, IvSize, nameof(iv));
        Misuse.ThrowUnlessSize(destination.Length, CiphertextSize(plaintext.Length), nameof(destination));
        if (!AesHardware.IsSupported)
        {
            using var aes = WithKey(key);
            _ = aes.EncryptCbc(plaintext, iv, destination, PaddingMode.PKCS7);
            return;
        }

        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        Span<byte> last = stackalloc byte[BlockSize];
        var rest = plaintext[(plaintext.Length - plaintext.Length % BlockSize)..];
        last.Fill((byte)(BlockSize - rest.Length));
        rest.CopyTo(last);
        AesHardware.Encrypt(key, iv, plaintext, last, destination);
        CryptographicOperations.ZeroMemory(last);
    }

    /// <summary>
    /// Decrypts into the first <paramref name="written"/> bytes of <paramref name="destination"/>, which has room for the whole
    /// ciphertext. False when the ciphertext is empty, no multiple of 16 or wrongly padded; nothing but zeroes is left then.
    /// </summary>
    public static bool TryDecrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, Span<byte> destination,
        out int written)
    {
        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        Misuse.ThrowUnlessSize(iv.Length, IvSize, nameof(iv));
        written = 0;
        if (ciphertext.Length == 0 || ciphertext.Length % BlockSize != 0)
            return false;
        Misuse.ThrowUnlessWithin(destination.Length, ciphertext.Length, int.MaxValue, nameof(destination));
        if (AesHardware.IsSupported)
        {
            AesHardware.Decrypt(key, iv, ciphertext, destination);
        }
        else
        {
            using var aes = WithKey(key);
            _ = aes.DecryptCbc(ciphertext, iv, destination, PaddingMode.None);
        }

        // The padding is looked at here and not by the BCL, since a wrong one must cost the same as a right one and throw nothing.
        var block = destination.Slice(ciphertext.Length - BlockSize, BlockSize);
        int padding = block[^1];
        var wrong = ((padding - 1) | (BlockSize - padding)) >> 31; // −1 outside 1 to 16
        for (var i = 0; i < BlockSize; i++)
        {
            var inside = (BlockSize - 1 - i - padding) >> 31; // −1 for the last `padding` bytes
            wrong |= inside & (block[i] ^ padding);
        }
        if (wrong != 0)
        {
            CryptographicOperations.ZeroMemory(destination[..ciphertext.Length]);
            return false;
        }
        written = ciphertext.Length - padding;
        CryptographicOperations.ZeroMemory(destination[written..ciphertext.Length]);
        return true;
    }

    private static Aes WithKey(ReadOnlySpan<byte> key)
    {
        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        var aes = Aes.Create();
        aes.SetKey(key);
        return aes;
    }
}
