namespace Kith.Crypto;

/// <summary>An X25519 public key (RFC 7748), 32 bytes, without any type prefix. Parsing checks the length alone.</summary>
public readonly struct X25519PublicKey : IEquatable<X25519PublicKey>
{
    /// <summary>Bytes in a key.</summary>
    public const int Size = Bytes32.Size;

    internal readonly Bytes32 Bytes;

    internal X25519PublicKey(Bytes32 bytes) => Bytes = bytes;

    /// <summary>Reads a key of exactly <see cref="Size"/> bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out X25519PublicKey key)
    {
        var ok = bytes.Length == Size;
        key = ok ? new X25519PublicKey(Bytes32.From(bytes)) : default;
        return ok;
    }

    /// <summary>
    /// Whether the key is one of the few points that agree on zero with every private key (RFC 7748 §6.1, §7): nobody honest
    /// has such a key.
    /// </summary>
    public bool HasSmallOrder
    {
        get
        {
            // The top bit is ignored by X25519.
            var bytes = Bytes with { D = Bytes.D & SmallOrder.TopBitOff };
            return Array.IndexOf(SmallOrder.Points, bytes) >= 0;
        }
    }

    /// <summary>Writes the key to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => Bytes.CopyTo(destination);

    /// <summary>The key's bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(X25519PublicKey other) => Bytes == other.Bytes;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is X25519PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.GetHashCode();

    /// <summary>The key in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Same key.</summary>
    public static bool operator ==(X25519PublicKey left, X25519PublicKey right) => left.Equals(right);

    /// <summary>Different keys.</summary>
    public static bool operator !=(X25519PublicKey left, X25519PublicKey right) => !left.Equals(right);

    private static class SmallOrder
    {
        // A mask over the last 8 bytes as they lie in memory.
        public static readonly ulong TopBitOff = BitConverter.IsLittleEndian ? ulong.MaxValue >> 1 : ~0x80UL;

        /// <summary>0, 1, p − 1, p, p + 1 and the two of order 8, p being 2^255 − 19.</summary>
        public static readonly Bytes32[] Points =
        [
            From("0000000000000000000000000000000000000000000000000000000000000000"),
            From("0100000000000000000000000000000000000000000000000000000000000000"),
            From("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
            From("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
            From("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            From("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            From("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ];

        private static Bytes32 From(string hex) => Bytes32.From(Convert.FromHexString(hex));
    }
}
