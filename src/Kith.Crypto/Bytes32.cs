using System.Runtime.InteropServices;

namespace Kith.Crypto;

/// <summary>32 public bytes held by value, in memory order: what public keys are made of.</summary>
internal readonly record struct Bytes32(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    public static Bytes32 From(ReadOnlySpan<byte> bytes)
    {
        Misuse.ThrowUnlessSize(bytes.Length, Size, nameof(bytes));
        return MemoryMarshal.Read<Bytes32>(bytes);
    }

    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);
}
