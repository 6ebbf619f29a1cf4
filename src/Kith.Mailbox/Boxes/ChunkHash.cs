using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>A chunk's name: the SHA-256 of its sealed bytes, held by value.</summary>
public readonly struct ChunkHash : IEquatable<ChunkHash>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Bits256.Size;

    private readonly Bits256 _bits;

    private ChunkHash(Bits256 bits) => _bits = bits;

    /// <summary>The name of a chunk.</summary>
    public static ChunkHash Of(ReadOnlySpan<byte> chunk)
    {
        Span<byte> hash = stackalloc byte[Size];
        Sha256.Hash(chunk, hash);
        return FromBytes(hash);
    }

    /// <summary>Reads a hash of exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static ChunkHash FromBytes(ReadOnlySpan<byte> bytes) => new(Bits256.FromBytes(bytes));

    /// <summary>Writes the hash into the first <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => _bits.CopyTo(destination);

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray() => _bits.ToArray();

    /// <inheritdoc/>
    public bool Equals(ChunkHash other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChunkHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();

    /// <summary>The order as unsigned big-endian numbers.</summary>
    public int CompareTo(ChunkHash other) => _bits.CompareTo(other._bits);

    /// <summary>The hash in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    public static bool operator ==(ChunkHash left, ChunkHash right) => left.Equals(right);

    public static bool operator !=(ChunkHash left, ChunkHash right) => !left.Equals(right);
}
