using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>16 random bytes that a reply block is known by to its maker alone: only the last layer, which only he reads, holds them.</summary>
/// <param name="Value">The bytes as one number, big-endian.</param>
public readonly record struct ReplyId(UInt128 Value)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>A fresh one.</summary>
    public static ReplyId Generate(IRandom random)
    {
        Span<byte> bytes = stackalloc byte[Size];
        random.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>Reads the first 16 bytes.</summary>
    public static ReplyId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes the 16 bytes.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);
}
