using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>SHA-256 (FIPS 180-4).</summary>
public static class Sha256
{
    /// <summary>Bytes in a hash.</summary>
    public const int HashSize = 32;

    /// <summary>Hashes <paramref name="data"/> into the 32 bytes of <paramref name="destination"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(destination.Length, HashSize, nameof(destination));
        _ = SHA256.HashData(data, destination);
    }

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data) => SHA256.HashData(data);
}
