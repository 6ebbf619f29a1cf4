using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>
/// Where a contact may leave packets for somebody whose address they do not know (docs/protocol/paths.md): a forwarder, the handle there that is this contact's alone, and the key that what is left is sealed with. It says
/// nothing about where the person is, or whether the meeting point knows.
/// </summary>
/// <param name="Node">The forwarder.</param>
/// <param name="Handle">The handle at it.</param>
/// <param name="Key">32 bytes, known to the two alone.</param>
public sealed record MeetingAddress(ForwarderDescriptor Node, NodeHandle Handle, ReadOnlyMemory<byte> Key)
{
    /// <summary>Bytes of the key.</summary>
    public const int KeySize = MeetingSeal.KeySize;

    /// <summary>The longest encoding, bytes.</summary>
    public const int MaxSize = 1 + NodeHandle.Size + KeySize + 2 + ForwarderDescriptor.MaxSize;

    /// <summary>The longest text form, characters.</summary>
    public const int MaxTextLength = 5 + ((MaxSize * 4) + 2) / 3;

    private const byte Version = 1;
    private const string Prefix = "meet/";

    /// <summary>Reads one; false for anything else. Its forwarder's signature holds; whether it has keys for now is another question.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out MeetingAddress? address)
    {
        address = null;
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var version) || version != Version || !reader.TryReadBytes(NodeHandle.Size, out var handleBytes) || !NodeHandle.TryRead(handleBytes, out var handle)
            || !reader.TryReadBytes(KeySize, out var key) || !reader.TryReadLengthPrefixed(ForwarderDescriptor.MaxSize, out var encoded) || !reader.IsAtEnd
            || !ForwarderDescriptor.TryRead(encoded, out var node))
            return false;
        address = new MeetingAddress(node, handle, key.ToArray());
        return true;
    }

    /// <summary>Reads the text form, <c>meet/</c> and base64url; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MeetingAddress? address)
    {
        address = null;
        if (text.Length > MaxTextLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        Span<byte> bytes = stackalloc byte[MaxSize + 2];
        return Base64Url.DecodeFromChars(text[Prefix.Length..], bytes, out _, out var size) == System.Buffers.OperationStatus.Done && TryRead(bytes[..size], out address);
    }

    /// <summary>The bytes: version (1) ‖ handle (16) ‖ key (32) ‖ length ‖ descriptor.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter(MaxSize);
        writer.WriteByte(Version);
        writer.WriteBytes(Handle.ToArray());
        writer.WriteBytes(Key.Span);
        writer.WriteLengthPrefixed(Node.Encoded);
        return writer.ToArray();
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Prefix + Base64Url.EncodeToString(ToArray());
}
