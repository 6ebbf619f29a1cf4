using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>
/// SHA-1 (FIPS 180-4), for one purpose: the names that BitTorrent's DHT gives to things (BEP 5, BEP 44). It resists no collisions: nothing secret or trusted rests on it.
/// </summary>
public static class Sha1
{
    /// <summary>Bytes in a hash.</summary>
    public const int HashSize = 20;

    /// <summary>Hashes <paramref name="data"/> into the 20 bytes of <paramref name="destination"/>.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "BEP 5 and BEP 44 name things by SHA-1")]
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Misuse.ThrowUnlessSize(destination.Length, HashSize, nameof(destination));
        _ = SHA1.HashData(data, destination);
    }
}
