using System.Diagnostics.CodeAnalysis;

namespace Kith.Wire;

/// <summary>A message: 16 random bytes drawn by its sender. Text form: base32 (RFC 4648, lower case, unpadded), 26 characters.</summary>
public readonly struct MessageId : IEquatable<MessageId>, IComparable<MessageId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 16;

    private readonly Bits128 _value;

    private MessageId(Bits128 value) => _value = value;

    /// <summary>Reads an id of exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static MessageId FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new MessageId(Bits128.Read(bytes))
        : throw new ArgumentException($"an id has {Size} bytes, not {bytes.Length}", nameof(bytes));

    /// <summary>Reads the text form; false when it is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var ok = Base32.TryDecode(text, bytes);
        id = ok ? FromBytes(bytes) : default;
        return ok;
    }

    /// <summary>Writes the id into the first <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => _value.CopyTo(destination);

    /// <summary>A copy of the id's bytes.</summary>
    public byte[] ToArray() => _value.ToArray();

    /// <inheritdoc/>
    public bool Equals(MessageId other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is MessageId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(MessageId other) => _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => Base32.Encode(ToArray());

    public static bool operator ==(MessageId left, MessageId right) => left.Equals(right);

    public static bool operator !=(MessageId left, MessageId right) => !left.Equals(right);

    public static bool operator <(MessageId left, MessageId right) => left.CompareTo(right) < 0;

    public static bool operator <=(MessageId left, MessageId right) => left.CompareTo(right) <= 0;

    public static bool operator >(MessageId left, MessageId right) => left.CompareTo(right) > 0;

    public static bool operator >=(MessageId left, MessageId right) => left.CompareTo(right) >= 0;
}
