using System.Buffers.Binary;

namespace Kith.Wire;

/// <summary>
/// Variable-length integers of RFC 9000 section 16: the two highest bits of the first byte tell the length (1, 2, 4 or 8 bytes), the rest is
/// the value, big-endian. 0 to 2^62 - 1. Any encoding that holds the value is taken when reading; the shortest is used when writing.
/// </summary>
public static class VarInt
{
    /// <summary>The greatest value: 2^62 - 1.</summary>
    public const ulong MaxValue = (1UL << 62) - 1;

    /// <summary>The longest encoding, bytes.</summary>
    public const int MaxSize = 8;

    /// <summary>Bytes that the shortest encoding of the value takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is greater than <see cref="MaxValue"/>.</exception>
    public static int SizeOf(ulong value) => value switch
    {
        < 1UL << 6 => 1,
        < 1UL << 14 => 2,
        < 1UL << 30 => 4,
        <= MaxValue => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(value), "a variable-length integer has at most 62 bits"),
    };

    /// <summary>Writes the shortest encoding; returns its length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is too great, or the destination too short.</exception>
    public static int Write(Span<byte> destination, ulong value)
    {
        var size = SizeOf(value);
        switch (size)
        {
            case 1:
                destination[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | (0b01 << 14)));
                break;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)(value | (0b10U << 30)));
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(destination, value | (0b11UL << 62));
                break;
        }

        return size;
    }

    /// <summary>Reads one integer from the start of the span; false when the span ends before it does.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int size)
    {
        value = 0;
        size = 0;
        if (source.IsEmpty)
            return false;
        var length = 1 << (source[0] >> 6);
        if (source.Length < length)
            return false;
        value = length switch
        {
            1 => source[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(source) & 0x3fffUL,
            4 => BinaryPrimitives.ReadUInt32BigEndian(source) & 0x3fff_ffffUL,
            _ => BinaryPrimitives.ReadUInt64BigEndian(source) & MaxValue,
        };
        size = length;
        return true;
    }
}
