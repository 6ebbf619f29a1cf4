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
}
