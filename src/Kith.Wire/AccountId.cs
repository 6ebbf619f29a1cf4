using System.Diagnostics.CodeAnalysis;

namespace Kith.Wire;

/// <summary>A person: the 32 bytes of the Ed25519 account key. Text form: base32 (RFC 4648, lower case, unpadded), 52 characters.</summary>
public readonly struct AccountId : IEquatable<AccountId>, IComparable<AccountId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly Id256 _value;

    private AccountId(Id256 value) => _value = value;

    /// <summary>Reads an id of exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static AccountId FromBytes(ReadOnlySpan<byte> bytes) => new(Id256.FromBytes(bytes));

    /// <summary>Reads the text form; false when it is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AccountId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var ok = Base32.TryDecode(text, bytes);
        id = ok ? FromBytes(bytes) : default;
        return ok;
    }

    /// <summary>Writes the id into the first <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => _value.CopyTo(destination);

    /// <summary>A copy of the id's bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(AccountId other) => _value.Equals(other._value);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is AccountId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(AccountId other) => _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => Base32.Encode(ToArray());

    public static bool operator ==(AccountId left, AccountId right) => left.Equals(right);

    public static bool operator !=(AccountId left, AccountId right) => !left.Equals(right);

    public static bool operator <(AccountId left, AccountId right) => left.CompareTo(right) < 0;

    public static bool operator <=(AccountId left, AccountId right) => left.CompareTo(right) <= 0;

    public static bool operator >(AccountId left, AccountId right) => left.CompareTo(right) > 0;

    public static bool operator >=(AccountId left, AccountId right) => left.CompareTo(right) >= 0;
}
