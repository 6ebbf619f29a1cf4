namespace Kith.Crypto.Kem;

/// <summary>
/// The number-theoretic transform of Kyber (round 3 specification, §1.1): 256 coefficients to 128 polynomials of degree one,
/// with ζ = 17 as the 256th root of unity. Values are signed and kept below q·2^15 between reductions.
/// </summary>
internal static class KyberNtt
{
    private const int Zeta = 17;

    // 2^16·128^-1 mod q in Montgomery form: undoes both the transform's factor 128 and the products' 2^-16.
    private const short InverseScale = 1441;

    // ζ^bitreverse7(i)·2^16 mod q, centred.
    private static readonly short[] Zetas = BuildZetas();

    /// <summary>In place, standard order to bit-reversed order; output reduced to the centred range.</summary>
    public static void Forward(Span<short> p)
    {
        int k = 1;
        for (int length = 128; length >= 2; length >>= 1)
        {
            for (int start = 0; start < KyberPolynomial.Degree; start += 2 * length)
            {
                short zeta = Zetas[k++];
                Span<short> low = p.Slice(start, length);
                Span<short> high = p.Slice(start + length, length);
                for (int j = 0; j < low.Length; j++)
                {
                    short t = KyberField.Multiply(zeta, high[j]);
                    high[j] = (short)(low[j] - t);
                    low[j] = (short)(low[j] + t);
                }
            }
        }

        KyberPolynomial.Reduce(p);
    }

    /// <summary>In place, bit-reversed order to standard order, multiplied by 2^16 (takes products of <see cref="MultiplyAdd"/> back).</summary>
    public static void Inverse(Span<short> p)
    {
        int k = 127;
        for (int length = 2; length <= 128; length <<= 1)
        {
            for (int start = 0; start < KyberPolynomial.Degree; start += 2 * length)
            {
                short zeta = Zetas[k--];
                Span<short> low = p.Slice(start, length);
                Span<short> high = p.Slice(start + length, length);
                for (int j = 0; j < low.Length; j++)
                {
                    short t = low[j];
                    low[j] = KyberField.Barrett((short)(t + high[j]));
                    high[j] = KyberField.Multiply(zeta, (short)(high[j] - t));
                }
            }
        }

        for (int j = 0; j < p.Length; j++)
            p[j] = KyberField.Multiply(p[j], InverseScale);
    }

    /// <summary>sum += a·b·2^-16 coefficient-wise in Z_q[X]/(X² ∓ ζ). <paramref name="sum"/> may take four products before it is reduced.</summary>
    public static void MultiplyAdd(Span<short> sum, ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        for (int i = 0; i < 64; i++)
        {
            short zeta = Zetas[64 + i];
            MultiplyAddPair(sum.Slice(4 * i, 2), a.Slice(4 * i, 2), b.Slice(4 * i, 2), zeta);
            MultiplyAddPair(sum.Slice((4 * i) + 2, 2), a.Slice((4 * i) + 2, 2), b.Slice((4 * i) + 2, 2), (short)-zeta);
        }
    }

    private static void MultiplyAddPair(Span<short> sum, ReadOnlySpan<short> a, ReadOnlySpan<short> b, short zeta)
    {
        short high = KyberField.Multiply(KyberField.Multiply(a[1], b[1]), zeta);
        sum[0] = (short)(sum[0] + high + KyberField.Multiply(a[0], b[0]));
        sum[1] = (short)(sum[1] + KyberField.Multiply(a[0], b[1]) + KyberField.Multiply(a[1], b[0]));
    }

    private static short[] BuildZetas()
    {
        var zetas = new short[128];
        for (int i = 0; i < zetas.Length; i++)
        {
            int exponent = 0;
            for (int bit = 0; bit < 7; bit++)
                exponent |= ((i >> bit) & 1) << (6 - bit);

            int value = (1 << 16) % KyberField.Q;
            for (int j = 0; j < exponent; j++)
                value = value * Zeta % KyberField.Q;
            zetas[i] = (short)(value > KyberField.Q / 2 ? value - KyberField.Q : value);
        }

        return zetas;
    }
}
