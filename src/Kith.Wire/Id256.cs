using System.Buffers.Binary;

namespace Kith.Wire;

/// <summary>32 bytes held by value and ordered as an unsigned big-endian number: what the typed 256-bit ids are made of.</summary>
internal readonly record struct Id256(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    public static Id256 FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"an id has {Size} bytes, not {bytes.Length}", nameof(bytes));
        return new Id256(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, A);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], D);
    }

    public int CompareTo(Id256 other) => (A, B, C, D).CompareTo((other.A, other.B, other.C, other.D));
}
