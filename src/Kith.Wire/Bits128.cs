using System.Buffers.Binary;

namespace Kith.Wire;

/// <summary>16 bytes held by value, ordered as an unsigned big-endian number: what ids, handles and tokens are made of.</summary>
/// <param name="High">The first eight bytes, big-endian.</param>
/// <param name="Low">The last eight bytes, big-endian.</param>
public readonly record struct Bits128(ulong High, ulong Low) : IComparable<Bits128>
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Whether every bit is zero.</summary>
    public bool IsZero => (High | Low) == 0;

    /// <summary>The first <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer.</exception>
    public static Bits128 Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));

    /// <summary>Writes the <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for them.</exception>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[sizeof(ulong)..], Low);
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
    }

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Bits128 other) => High == other.High && Low == other.Low;

    /// <summary>Another in each run of the program, so that nobody can send ids that fall together in a table.</summary>
    public override int GetHashCode() => HashCode.Combine(High, Low);

    /// <inheritdoc/>
    public int CompareTo(Bits128 other) => High == other.High ? Low.CompareTo(other.Low) : High.CompareTo(other.High);

    /// <summary>Bit by bit, one or the other.</summary>
    public static Bits128 operator ^(Bits128 left, Bits128 right) => new(left.High ^ right.High, left.Low ^ right.Low);

    public static bool operator <(Bits128 left, Bits128 right) => left.CompareTo(right) < 0;

    public static bool operator <=(Bits128 left, Bits128 right) => left.CompareTo(right) <= 0;

    public static bool operator >(Bits128 left, Bits128 right) => left.CompareTo(right) > 0;

    public static bool operator >=(Bits128 left, Bits128 right) => left.CompareTo(right) >= 0;
}
