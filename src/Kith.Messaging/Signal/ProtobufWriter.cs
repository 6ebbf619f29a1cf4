namespace Kith.Messaging.Signal;

/// <summary>Writes protobuf fields into a span whose size was computed before: the hot path allocates nothing and copies a ciphertext once.</summary>
internal ref struct ProtobufWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public static int VarintSize(uint value) => value switch
    {
        < 1U << 7 => 1,
        < 1U << 14 => 2,
        < 1U << 21 => 3,
        < 1U << 28 => 4,
        _ => 5,
    };

    /// <summary>Bytes of a uint32 field with a one-byte tag.</summary>
    public static int FieldSize(uint value) => 1 + VarintSize(value);

    /// <summary>Bytes of a bytes field with a one-byte tag.</summary>
    public static int FieldSize(int length) => 1 + VarintSize((uint)length) + length;

    public void WriteByte(byte value) => _destination[Length++] = value;

    public void WriteUInt32(int field, uint value)
    {
        WriteByte((byte)(field << 3));
        WriteVarint(value);
    }

    /// <summary>Tag and length of a bytes field, and the span where its bytes go.</summary>
    public Span<byte> ReserveBytes(int field, int length)
    {
        WriteByte((byte)((field << 3) | 2));
        WriteVarint((uint)length);
        var span = _destination.Slice(Length, length);
        Length += length;
        return span;
    }

    private void WriteVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            WriteByte((byte)(value | 0x80));
        WriteByte((byte)value);
    }
}
