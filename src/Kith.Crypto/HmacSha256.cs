using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>HMAC with SHA-256 (RFC 2104, RFC 4231). The key may have any size; 32 bytes are what it is worth.</summary>
public static class HmacSha256
{
    /// <summary>Bytes in a whole tag.</summary>
    public const int HashSize = 32;

    /// <summary>The shortest tag that <see cref="Verify"/> takes: what Signal's message format truncates to.</summary>
    public const int MinTagSize = 8;

    /// <summary>Authenticates <paramref name="data"/> into the 32 bytes of <paramref name="destination"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(destination.Length, HashSize, nameof(destination));
        _ = HMACSHA256.HashData(key, data, destination);
    }

    /// <summary>
    /// Whether <paramref name="tag"/> is the tag of <paramref name="data"/>, or the first 8 or more bytes of it, compared in
    /// constant time. A tag of another size is refused.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> tag)
    {
        if (tag.Length is < MinTagSize or > HashSize)
            return false;
        Span<byte> expected = stackalloc byte[HashSize];
        Hash(key, data, expected);
        return ConstantTime.Equals(expected[..tag.Length], tag);
    }
}
