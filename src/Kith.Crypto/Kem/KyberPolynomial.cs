using System.Buffers.Binary;

namespace Kith.Crypto.Kem;

/// <summary>Polynomials of 256 coefficients modulo q: reduction, noise, and the bit packings of Kyber-1024.</summary>
internal static class KyberPolynomial
{
    /// <summary>Number of coefficients n.</summary>
    public const int Degree = 256;

    /// <summary>Bytes of 256 coefficients of 12 bits.</summary>
    public const int EncodedBytes = 384;

    /// <summary>Bytes of 256 coefficients compressed to d_u = 11 bits.</summary>
    public const int CompressedVectorBytes = 352;

    /// <summary>Bytes of 256 coefficients compressed to d_v = 5 bits.</summary>
    public const int CompressedBytes = 160;

    private const int VectorBits = 11;
    private const int ScalarBits = 5;

    /// <summary>Each coefficient to its centred representative.</summary>
    public static void Reduce(Span<short> p)
    {
        for (int i = 0; i < p.Length; i++)
            p[i] = KyberField.Barrett(p[i]);
    }

    /// <summary>Each coefficient times 2^16, undoing the factor that <see cref="KyberNtt.MultiplyAdd"/> leaves.</summary>
    public static void ToMontgomery(Span<short> p)
    {
        for (int i = 0; i < p.Length; i++)
            p[i] = KyberField.Multiply(p[i], KyberField.MontgomerySquared);
    }

    /// <summary>p += q, without reduction.</summary>
    public static void Add(Span<short> p, ReadOnlySpan<short> other)
    {
        for (int i = 0; i < p.Length; i++)
            p[i] = (short)(p[i] + other[i]);
    }

    /// <summary>The centred binomial distribution with η = 2 from 128 uniform bytes (algorithm 2).</summary>
    public static void SampleNoise(Span<short> p, ReadOnlySpan<byte> uniform)
    {
        for (int i = 0; i < Degree / 8; i++)
        {
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(uniform[(4 * i)..]);
            uint sums = (bits & 0x55555555) + ((bits >> 1) & 0x55555555);
            for (int j = 0; j < 8; j++)
            {
                int a = (int)(sums >> (4 * j)) & 3;
                int b = (int)(sums >> ((4 * j) + 2)) & 3;
                p[(8 * i) + j] = (short)(a - b);
            }
        }
    }

    /// <summary>Encode_12 (algorithm 3): coefficients in (-q, q) to 384 bytes, canonical.</summary>
    public static void Encode(ReadOnlySpan<short> p, Span<byte> output)
    {
        for (int i = 0; i < Degree / 2; i++)
        {
            int a = KyberField.ToUnsigned(p[2 * i]);
            int b = KyberField.ToUnsigned(p[(2 * i) + 1]);
            output[3 * i] = (byte)a;
            output[(3 * i) + 1] = (byte)((a >> 8) | (b << 4));
            output[(3 * i) + 2] = (byte)(b >> 4);
        }
    }

    /// <summary>Decode_12 of 384 bytes. Values of 3329 to 4095 pass, as in the round 3 reference; arithmetic reduces them.</summary>
    public static void Decode(ReadOnlySpan<byte> input, Span<short> p)
    {
        for (int i = 0; i < Degree / 2; i++)
        {
            int a = input[3 * i], b = input[(3 * i) + 1], c = input[(3 * i) + 2];
            p[2 * i] = (short)(a | ((b & 0x0F) << 8));
            p[(2 * i) + 1] = (short)((b >> 4) | (c << 4));
        }
    }

    /// <summary>Each message bit to 0 or (q+1)/2, by mask.</summary>
    public static void FromMessage(ReadOnlySpan<byte> message, Span<short> p)
    {
        for (int i = 0; i < Degree; i++)
        {
            int bit = (message[i >> 3] >> (i & 7)) & 1;
            p[i] = (short)(-bit & ((KyberField.Q + 1) / 2));
        }
    }

    /// <summary>Compress to one bit each: 32 bytes. Coefficients in (-q, q).</summary>
    public static void ToMessage(ReadOnlySpan<short> p, Span<byte> message)
    {
        message.Clear();
        for (int i = 0; i < Degree; i++)
            message[i >> 3] |= (byte)(KyberField.Compress(KyberField.ToUnsigned(p[i]), 1) << (i & 7));
    }

    /// <summary>Compress to 11 bits: 352 bytes. Coefficients in (-q, q).</summary>
    public static void CompressVector(ReadOnlySpan<short> p, Span<byte> output) => Pack(p, VectorBits, output[..CompressedVectorBytes]);

    /// <summary>Decompress from 11 bits.</summary>
    public static void DecompressVector(ReadOnlySpan<byte> input, Span<short> p) => Unpack(input[..CompressedVectorBytes], VectorBits, p);

    /// <summary>Compress to 5 bits: 160 bytes. Coefficients in (-q, q).</summary>
    public static void CompressScalar(ReadOnlySpan<short> p, Span<byte> output) => Pack(p, ScalarBits, output[..CompressedBytes]);

    /// <summary>Decompress from 5 bits.</summary>
    public static void DecompressScalar(ReadOnlySpan<byte> input, Span<short> p) => Unpack(input[..CompressedBytes], ScalarBits, p);

    // Least significant bit first. The loop's shape depends on the width alone.
    private static void Pack(ReadOnlySpan<short> p, int bits, Span<byte> output)
    {
        uint pending = 0;
        int count = 0;
        int at = 0;
        foreach (short coefficient in p)
        {
            pending |= (uint)KyberField.Compress(KyberField.ToUnsigned(coefficient), bits) << count;
            for (count += bits; count >= 8; count -= 8)
            {
                output[at++] = (byte)pending;
                pending >>= 8;
            }
        }
    }

    private static void Unpack(ReadOnlySpan<byte> input, int bits, Span<short> p)
    {
        uint pending = 0;
        int count = 0;
        int at = 0;
        for (int i = 0; i < p.Length; i++)
        {
            for (; count < bits; count += 8)
                pending |= (uint)input[at++] << count;
            p[i] = KyberField.Decompress((int)(pending & ((1U << bits) - 1)), bits);
            pending >>= bits;
            count -= bits;
        }
    }
}
