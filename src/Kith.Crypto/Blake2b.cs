using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>BLAKE2b (RFC 7693), with a key or without, 16 to 64 bytes of output. The output's size goes into the hash: none is a prefix of another.</summary>
public static unsafe class Blake2b
{
    /// <summary>Shortest output.</summary>
    public const int MinHashSize = 16;

    /// <summary>Longest output.</summary>
    public const int MaxHashSize = 64;

    /// <summary>Shortest key; no key at all is allowed too.</summary>
    public const int MinKeySize = 16;

    /// <summary>Longest key.</summary>
    public const int MaxKeySize = 64;

    /// <summary>Hashes <paramref name="data"/>; the length of <paramref name="destination"/> (16 to 64) chooses the output's.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination) => Compute([], data, destination);

    /// <summary>Hashes <paramref name="data"/> under <paramref name="key"/> (16 to 64 bytes): a MAC.</summary>
    public static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Misuse.ThrowUnlessWithin(key.Length, MinKeySize, MaxKeySize, nameof(key));
        Compute(key, data, destination);
    }

    /// <summary>Whether <paramref name="tag"/> is the keyed hash of <paramref name="data"/> with that tag's size, in constant time.</summary>
    public static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> tag)
    {
        if (tag.Length is < MinHashSize or > MaxHashSize)
            return false;
        Span<byte> expected = stackalloc byte[MaxHashSize];
        expected = expected[..tag.Length];
        Hash(key, data, expected);
        return ConstantTime.Equals(expected, tag);
    }

    private static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Misuse.ThrowUnlessWithin(destination.Length, MinHashSize, MaxHashSize, nameof(destination));
        fixed (byte* h = destination, m = data, k = key)
            _ = Sodium.Blake2b(h, (nuint)destination.Length, m, (ulong)data.Length, k, (nuint)key.Length);
    }
}
