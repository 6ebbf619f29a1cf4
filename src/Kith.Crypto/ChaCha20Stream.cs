using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// ChaCha20 as a bare stream cipher (RFC 8439 §2.4), from block 0. It authenticates nothing: for constructions that do so themselves, with a key
/// and nonce that are used once.
/// </summary>
public static unsafe class ChaCha20Stream
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes in a nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Encrypts or decrypts <paramref name="data"/> in its place.</summary>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public static void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> data)
    {
        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        Misuse.ThrowUnlessSize(nonce.Length, NonceSize, nameof(nonce));
        fixed (byte* d = data, n = nonce, k = key)
            _ = Sodium.ChaCha20XorFrom(d, d, (ulong)data.Length, n, 0, k);
    }
}
