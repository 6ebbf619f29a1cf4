using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>Curve25519 public keys as the Signal protocol writes them: the type byte 0x05, then 32 bytes (X3DH §2.1, Encode).</summary>
public static class SerializedKey
{
    /// <summary>The type byte of Curve25519.</summary>
    public const byte TypeByte = 0x05;

    /// <summary>Bytes of a serialised key.</summary>
    public const int Size = 1 + X25519PublicKey.Size;

    /// <summary>Writes <paramref name="key"/> to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public static void Write(X25519PublicKey key, Span<byte> destination)
    {
        destination[0] = TypeByte;
        key.CopyTo(destination[1..]);
    }

    /// <summary>The serialised key.</summary>
    public static byte[] ToArray(X25519PublicKey key)
    {
        var bytes = new byte[Size];
        Write(key, bytes);
        return bytes;
    }

    /// <summary>Reads a key of exactly <see cref="Size"/> bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out X25519PublicKey key)
    {
        key = default;
        return bytes.Length == Size && bytes[0] == TypeByte && X25519PublicKey.TryParse(bytes[1..], out key);
    }
}
