namespace Kith.Mailbox.Boxes;

/// <summary>Where a box is, and where a holder's place is: 32 bytes, held by value (docs/protocol/mailbox.md, "Box secrets and periods" and "Who holds").</summary>
public readonly struct BoxAddress : IEquatable<BoxAddress>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Bits256.Size;

    private readonly Bits256 _bits;

    private BoxAddress(Bits256 bits) => _bits = bits;

    /// <summary>Reads an address of exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static BoxAddress FromBytes(ReadOnlySpan<byte> bytes) => new(Bits256.FromBytes(bytes));

    /// <summary>Writes the address into the first <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => _bits.CopyTo(destination);

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray() => _bits.ToArray();

    /// <summary>Which of two places is nearer to this address by XOR: negative when the first is.</summary>
    public int CompareDistance(BoxAddress first, BoxAddress second) => _bits.Xor(first._bits).CompareTo(_bits.Xor(second._bits));

    /// <inheritdoc/>
    public bool Equals(BoxAddress other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BoxAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();

    /// <summary>The order as unsigned big-endian numbers.</summary>
    public int CompareTo(BoxAddress other) => _bits.CompareTo(other._bits);

    /// <summary>The address in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    public static bool operator ==(BoxAddress left, BoxAddress right) => left.Equals(right);

    public static bool operator !=(BoxAddress left, BoxAddress right) => !left.Equals(right);
}
