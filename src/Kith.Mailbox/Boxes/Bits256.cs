using Kith.Wire;

namespace Kith.Mailbox.Boxes;

/// <summary>32 public bytes held by value, ordered as an unsigned big-endian number: what addresses and hashes are made of.</summary>
internal readonly record struct Bits256(Bits128 High, Bits128 Low) : IComparable<Bits256>
{
    public const int Size = 32;

    public static Bits256 FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new Bits256(Bits128.Read(bytes), Bits128.Read(bytes[Bits128.Size..]))
        : throw new ArgumentException($"it has {Size} bytes, not {bytes.Length}", nameof(bytes));

    public void CopyTo(Span<byte> destination)
    {
        High.CopyTo(destination);
        Low.CopyTo(destination[Bits128.Size..]);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public Bits256 Xor(Bits256 other) => new(High ^ other.High, Low ^ other.Low);

    public int CompareTo(Bits256 other) => High == other.High ? Low.CompareTo(other.Low) : High.CompareTo(other.High);
}
