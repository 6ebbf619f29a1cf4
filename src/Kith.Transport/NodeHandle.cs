using System.Buffers;
using System.Buffers.Text;
using Kith.Wire;

namespace Kith.Transport;

/// <summary>What a node is called at an introducer: 16 random bytes, drawn anew for each introducer and run. Text form: base64url (RFC 4648 section 5) without padding, 22 characters.</summary>
/// <param name="Value">The bytes as one number, big-endian.</param>
public readonly record struct NodeHandle(Bits128 Value)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Characters of the text form.</summary>
    public const int TextLength = 22;

    /// <summary>Reads 16 bytes; false for any other size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NodeHandle handle)
    {
        handle = bytes.Length == Size ? new NodeHandle(Bits128.Read(bytes)) : default;
        return bytes.Length == Size;
    }

    /// <summary>Reads the text form; false for anything else, also for another text of the same bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NodeHandle handle)
    {
        handle = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != TextLength || Base64Url.DecodeFromChars(text, bytes, out _, out var size) != OperationStatus.Done || !TryRead(bytes[..size], out var read))
            return false;
        // The last character has four bits that say nothing, and blanks are passed over: there would be several texts for one handle.
        if (!text.SequenceEqual(read.ToString()))
            return false;
        handle = read;
        return true;
    }

    /// <summary>Writes the 16 bytes.</summary>
    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    /// <summary>The 16 bytes.</summary>
    public byte[] ToArray() => Value.ToArray();

    /// <summary>The text form.</summary>
    public override string ToString() => Base64Url.EncodeToString(ToArray());
}
