using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>HKDF with SHA-256 (RFC 5869).</summary>
public static class Hkdf
{
    /// <summary>Bytes in a pseudorandom key.</summary>
    public const int PseudorandomKeySize = 32;

    /// <summary>The most that one expansion gives (RFC 5869 §2.3: 255 hashes).</summary>
    public const int MaxOutputSize = 255 * 32;

    /// <summary>HKDF-Extract (§2.2). An empty salt stands for 32 zero bytes.</summary>
    public static void Extract(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, Span<byte> pseudorandomKey)
    {
        Misuse.ThrowUnlessSize(pseudorandomKey.Length, PseudorandomKeySize, nameof(pseudorandomKey));
        _ = HKDF.Extract(HashAlgorithmName.SHA256, inputKey, salt, pseudorandomKey);
    }

    /// <summary>HKDF-Expand (§2.3): fills <paramref name="output"/>, 1 to <see cref="MaxOutputSize"/> bytes.</summary>
    public static void Expand(ReadOnlySpan<byte> pseudorandomKey, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Misuse.ThrowUnlessSize(pseudorandomKey.Length, PseudorandomKeySize, nameof(pseudorandomKey));
        Misuse.ThrowUnlessWithin(output.Length, 1, MaxOutputSize, nameof(output));
        HKDF.Expand(HashAlgorithmName.SHA256, pseudorandomKey, output, info);
    }

    /// <summary>Extract, then expand: fills <paramref name="output"/>, 1 to <see cref="MaxOutputSize"/> bytes.</summary>
    public static void DeriveKey(ReadOnlySpan<byte> inputKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Misuse.ThrowUnlessWithin(output.Length, 1, MaxOutputSize, nameof(output));
        HKDF.DeriveKey(HashAlgorithmName.SHA256, inputKey, output, salt, info);
    }
}
