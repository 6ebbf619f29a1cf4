using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// An Ed25519 public key (RFC 8032), 32 bytes. Parsing checks the length alone; what is no valid point, or one of small
/// order, verifies nothing.
/// </summary>
public readonly struct Ed25519PublicKey : IEquatable<Ed25519PublicKey>
{
    /// <summary>Bytes in a key.</summary>
    public const int Size = Bytes32.Size;

    /// <summary>Bytes in a signature.</summary>
    public const int SignatureSize = 64;

    private readonly Bytes32 _bytes;

    internal Ed25519PublicKey(Bytes32 bytes) => _bytes = bytes;

    /// <summary>Reads a key of exactly <see cref="Size"/> bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out Ed25519PublicKey key)
    {
        var ok = bytes.Length == Size;
        key = ok ? new Ed25519PublicKey(Bytes32.From(bytes)) : default;
        return ok;
    }

    /// <summary>Writes the key to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>The key's bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is this key's for <paramref name="message"/> (RFC 8032 §5.1.7). Refuses
    /// non-canonical scalars and keys, and points of small order (libsodium's rules).
    /// </summary>
    public unsafe bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize)
            return false;
        var key = _bytes;
        fixed (byte* m = message, s = signature)
            return Sodium.Ed25519Verify(s, m, (ulong)message.Length, (byte*)&key) == 0;
    }

    /// <summary>Whether <paramref name="signature"/> is this key's for label ‖ 0x00 ‖ message.</summary>
    public bool Verify(string label, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var labelled = new LabelledMessage(label, message, stackalloc byte[LabelledMessage.StackSize]);
        return Verify(labelled.Bytes, signature);
    }

    /// <inheritdoc/>
    public bool Equals(Ed25519PublicKey other) => _bytes == other._bytes;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Ed25519PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bytes.GetHashCode();

    /// <summary>The key in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Same key.</summary>
    public static bool operator ==(Ed25519PublicKey left, Ed25519PublicKey right) => left.Equals(right);

    /// <summary>Different keys.</summary>
    public static bool operator !=(Ed25519PublicKey left, Ed25519PublicKey right) => !left.Equals(right);
}
