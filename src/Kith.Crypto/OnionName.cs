using System.Diagnostics.CodeAnalysis;
using Kith.Crypto.Kem;

namespace Kith.Crypto;

/// <summary>
/// The name of an onion service (rend-spec-v3 section 6, "Encoding onion addresses"): 56 letters and digits of base32 in lower case, without ".onion", that hold the service's Ed25519 key, a checksum
/// and the version 3. A mistyped one is told by its checksum.
/// </summary>
public sealed record OnionName
{
    /// <summary>Characters of the text.</summary>
    public const int TextLength = 56;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int KeySize = Ed25519PublicKey.Size;
    private const int ChecksumSize = 2;
    private const int Size = KeySize + ChecksumSize + 1;
    private const byte Version = 3;
    private const int BitsPerCharacter = 5;

    private OnionName(string text, byte[] key) => (Text, Key) = (text, key);

    /// <summary>The 56 characters.</summary>
    public string Text { get; }

    /// <summary>The service's public key, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    private static ReadOnlySpan<byte> ChecksumLabel => ".onion checksum"u8;

    /// <summary>The name of a service.</summary>
    /// <param name="key">Its public key, 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another size.</exception>
    public static OnionName Of(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("a service's key has 32 bytes", nameof(key));
        Span<byte> bytes = stackalloc byte[Size];
        key.CopyTo(bytes);
        WriteChecksum(key, bytes[KeySize..]);
        bytes[^1] = Version;
        Span<char> text = stackalloc char[TextLength];
        for (var i = 0; i < TextLength; i++)
        {
            var value = 0;
            for (var bit = i * BitsPerCharacter; bit < (i + 1) * BitsPerCharacter; bit++)
                value = (value << 1) | ((bytes[bit / 8] >> (7 - (bit % 8))) & 1);
            text[i] = Alphabet[value];
        }

        return new OnionName(text.ToString(), key.ToArray());
    }

    /// <summary>Reads the 56 characters, in either case; false when they are no name of version 3 or the checksum says that it was mistyped.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out OnionName? name)
    {
        name = null;
        if (text.Length != TextLength)
            return false;
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        for (var i = 0; i < TextLength; i++)
        {
            var value = Alphabet.IndexOf(char.ToLowerInvariant(text[i]), StringComparison.Ordinal);
            if (value < 0)
                return false;
            for (var j = 0; j < BitsPerCharacter; j++)
            {
                var bit = (i * BitsPerCharacter) + j;
                bytes[bit / 8] |= (byte)(((value >> (BitsPerCharacter - 1 - j)) & 1) << (7 - (bit % 8)));
            }
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(bytes[..KeySize], checksum);
        if (bytes[^1] != Version || !checksum.SequenceEqual(bytes.Slice(KeySize, ChecksumSize)))
            return false;
        name = new OnionName(text.ToString().ToLowerInvariant(), bytes[..KeySize].ToArray());
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(OnionName? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    // H(".onion checksum" | PUBKEY | VERSION)[:2], H being SHA3-256.
    private static void WriteChecksum(ReadOnlySpan<byte> key, Span<byte> checksum)
    {
        Span<byte> hashed = stackalloc byte[KeySize + 1];
        key.CopyTo(hashed);
        hashed[^1] = Version;
        Span<byte> hash = stackalloc byte[32];
        Keccak.Sha3256(ChecksumLabel, hashed, hash);
        hash[..ChecksumSize].CopyTo(checksum);
    }
}
