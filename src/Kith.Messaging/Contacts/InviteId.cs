using System.Buffers.Binary;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Names an invite: 8 random bytes, no secret. Text form: base32, 13 characters.</summary>
public readonly record struct InviteId
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 8;

    private readonly ulong _value;

    private InviteId(ulong value) => _value = value;

    /// <summary>Reads an id of exactly <see cref="Size"/> bytes; false for any other length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out InviteId id)
    {
        var ok = bytes.Length == Size;
        id = ok ? new InviteId(BinaryPrimitives.ReadUInt64BigEndian(bytes)) : default;
        return ok;
    }

    /// <summary>Reads the text form; false when it is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out InviteId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        id = default;
        return Base32.TryDecode(text, bytes) && TryRead(bytes, out id);
    }

    /// <summary>Writes the id into the first <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, _value);

    /// <summary>The id's bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public override string ToString() => Base32.Encode(ToArray());
}
