using System.Runtime.CompilerServices;

namespace Kith.Crypto.Kem;

/// <summary>
/// Arithmetic modulo q = 3329 without division and without branches: Montgomery and Barrett reduction with R = 2^16
/// (Kyber round 3 specification, §1.1 and §2.2).
/// </summary>
internal static class KyberField
{
    /// <summary>The prime q.</summary>
    public const int Q = 3329;

    // q^-1 mod 2^16 as a signed number, and round(2^26 / q).
    private const int QInverse = -3327;
    private const int BarrettFactor = 20159;

    /// <summary>2^32 mod q: brings a value into Montgomery form by one <see cref="Multiply"/>.</summary>
    public const short MontgomerySquared = 1353;

    /// <summary>a·2^-16 mod q in (-q, q), for |a| &lt; q·2^15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Montgomery(int a)
    {
        short t = (short)((short)a * QInverse);
        return (short)((a - (t * Q)) >> 16);
    }

    /// <summary>a·b·2^-16 mod q in (-q, q).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Multiply(short a, short b) => Montgomery(a * b);

    /// <summary>The centred representative of a mod q, in [-(q-1)/2, (q-1)/2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Barrett(short a)
    {
        int t = ((BarrettFactor * a) + (1 << 25)) >> 26;
        return (short)(a - (t * Q));
    }

    /// <summary>The representative in [0, q) of a value in (-q, q), by mask and not by branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ToUnsigned(short a) => a + ((a >> 15) & Q);

    /// <summary>round(2^bits·x / q) mod 2^bits for x in [0, q) and 1 ≤ bits ≤ 11 (§1.1, Compress). The quotient is taken by
    /// multiplication with ⌈2^40/q⌉: a division instruction's time would depend on the secret (KyberSlash).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compress(int x, int bits)
    {
        const ulong Reciprocal = ((1UL << 40) / Q) + 1;
        ulong numerator = ((ulong)(uint)x << bits) + (Q / 2);
        return (int)((numerator * Reciprocal) >> 40) & ((1 << bits) - 1);
    }

    /// <summary>round(q·y / 2^bits) (§1.1, Decompress).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Decompress(int y, int bits) => (short)(((y * Q) + (1 << (bits - 1))) >> bits);
}
