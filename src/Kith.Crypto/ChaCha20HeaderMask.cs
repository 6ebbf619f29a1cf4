using System.Buffers.Binary;
using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// Header protection of packets (RFC 9001 §5.4.4): five bytes of ChaCha20 key stream (RFC 8439) chosen by a sample of the ciphertext hide the
/// packet number and the low bits of the first byte.
/// </summary>
public static unsafe class ChaCha20HeaderMask
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of ciphertext that choose the mask: four of block counter, twelve of nonce.</summary>
    public const int SampleSize = 16;

    /// <summary>Bytes of mask.</summary>
    public const int Size = 5;

    /// <summary>Writes the mask of a sample into the first <see cref="Size"/> bytes of <paramref name="mask"/>.</summary>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        Misuse.ThrowUnlessSize(key.Length, KeySize, nameof(key));
        Misuse.ThrowUnlessSize(sample.Length, SampleSize, nameof(sample));
        Misuse.ThrowUnlessWithin(mask.Length, Size, int.MaxValue, nameof(mask));
        mask[..Size].Clear();
        fixed (byte* m = mask, s = sample, k = key)
            _ = Sodium.ChaCha20XorFrom(m, m, Size, s + sizeof(uint), BinaryPrimitives.ReadUInt32LittleEndian(sample), k);
    }
}
