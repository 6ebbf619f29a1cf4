using System.Buffers;
using System.Buffers.Text;

namespace Kith.Crypto;

/// <summary>
/// The text form of an X25519 key that lets its holder into an onion service (rend-spec-v3 section 2.5.1): its 32 bytes in base64url without padding (RFC 4648 section 5), 43 characters. One text for each key.
/// A secret.
/// </summary>
public static class OnionClientKey
{
    /// <summary>Characters.</summary>
    public const int TextLength = 43;

    /// <summary>The text of a key.</summary>
    public static string TextOf(X25519PrivateKey key) => Base64Url.EncodeToString(key.Value);

    /// <summary>Whether a text is one: no other than <see cref="TextOf"/> would write.</summary>
    public static bool IsText(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[X25519PrivateKey.Size];
        var isKey = TryRead(text, bytes);
        bytes.Clear();
        return isKey;
    }

    /// <summary>The key of a text. The caller's, to be erased.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static X25519PrivateKey Open(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[X25519PrivateKey.Size];
        try
        {
            return TryRead(text, bytes) ? X25519PrivateKey.FromBytes(bytes) : throw new ArgumentException("this is no client key of an onion service", nameof(text));
        }
        finally
        {
            bytes.Clear();
        }
    }

    // The last character has two bits that say nothing: another text for the same key would be another address of one place.
    private static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != TextLength || Base64Url.DecodeFromChars(text, bytes, out _, out var size) != OperationStatus.Done || size != bytes.Length)
            return false;
        Span<char> again = stackalloc char[TextLength];
        var isSame = Base64Url.EncodeToChars(bytes, again) == TextLength && text.SequenceEqual(again);
        again.Clear();
        return isSame;
    }
}
