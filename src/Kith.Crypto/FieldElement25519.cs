using System.Buffers.Binary;

namespace Kith.Crypto;

/// <summary>
/// A number modulo 2^255 − 19 in five 51-bit limbs, for public values only: it turns an X25519 public key into the
/// Ed25519 one. Not meant for secrets.
/// </summary>
internal readonly struct FieldElement25519
{
    private const ulong Mask51 = (1UL << 51) - 1;

    private readonly ulong _l0, _l1, _l2, _l3, _l4;

    private FieldElement25519(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => (_l0, _l1, _l2, _l3, _l4) = (l0, l1, l2, l3, l4);

    public static FieldElement25519 One => new(1, 0, 0, 0, 0);

    /// <summary>Little-endian; the top bit is ignored and values of 2^255 − 19 and above are taken modulo it (RFC 7748 §5).</summary>
    public static FieldElement25519 Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes) & Mask51,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[6..]) >> 3) & Mask51,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]) >> 6) & Mask51,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[19..]) >> 1) & Mask51,
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]) >> 12) & Mask51);

    public static FieldElement25519 operator +(in FieldElement25519 x, in FieldElement25519 y) =>
        Carry(x._l0 + y._l0, x._l1 + y._l1, x._l2 + y._l2, x._l3 + y._l3, x._l4 + y._l4);

    // 4p is added so that no limb goes below zero.
    public static FieldElement25519 operator -(in FieldElement25519 x, in FieldElement25519 y) => Carry(
        x._l0 + 4 * (Mask51 - 18) - y._l0,
        x._l1 + 4 * Mask51 - y._l1,
        x._l2 + 4 * Mask51 - y._l2,
        x._l3 + 4 * Mask51 - y._l3,
        x._l4 + 4 * Mask51 - y._l4);

    public static FieldElement25519 operator *(in FieldElement25519 x, in FieldElement25519 y)
    {
        // 2^255 ≡ 19: products above the top limb come back multiplied by 19.
        ulong y1 = y._l1 * 19, y2 = y._l2 * 19, y3 = y._l3 * 19, y4 = y._l4 * 19;
        var r0 = Math.BigMul(x._l0, y._l0) + Math.BigMul(x._l1, y4) + Math.BigMul(x._l2, y3) + Math.BigMul(x._l3, y2) + Math.BigMul(x._l4, y1);
        var r1 = Math.BigMul(x._l0, y._l1) + Math.BigMul(x._l1, y._l0) + Math.BigMul(x._l2, y4) + Math.BigMul(x._l3, y3) + Math.BigMul(x._l4, y2);
        var r2 = Math.BigMul(x._l0, y._l2) + Math.BigMul(x._l1, y._l1) + Math.BigMul(x._l2, y._l0) + Math.BigMul(x._l3, y4) + Math.BigMul(x._l4, y3);
        var r3 = Math.BigMul(x._l0, y._l3) + Math.BigMul(x._l1, y._l2) + Math.BigMul(x._l2, y._l1) + Math.BigMul(x._l3, y._l0) + Math.BigMul(x._l4, y4);
        var r4 = Math.BigMul(x._l0, y._l4) + Math.BigMul(x._l1, y._l3) + Math.BigMul(x._l2, y._l2) + Math.BigMul(x._l3, y._l1) + Math.BigMul(x._l4, y._l0);
        r1 += r0 >> 51;
        r2 += r1 >> 51;
        r3 += r2 >> 51;
        r4 += r3 >> 51;
        return Carry(((ulong)r0 & Mask51) + (ulong)(r4 >> 51) * 19,
            (ulong)r1 & Mask51, (ulong)r2 & Mask51, (ulong)r3 & Mask51, (ulong)r4 & Mask51);
    }

    /// <summary>1/x as x^(p−2); zero for zero.</summary>
    public FieldElement25519 Invert()
    {
        // p − 2 = (2^250 − 1)·2^5 + 11. "ones" of n is x^(2^n − 1).
        var square = this * this;
        var eleven = square.Raise(2) * square * this;
        var ones2 = square * this;
        var ones4 = ones2.Raise(2) * ones2;
        var ones5 = ones4.Raise(1) * this;
        var ones10 = ones5.Raise(5) * ones5;
        var ones20 = ones10.Raise(10) * ones10;
        var ones40 = ones20.Raise(20) * ones20;
        var ones50 = ones40.Raise(10) * ones10;
        var ones100 = ones50.Raise(50) * ones50;
        var ones200 = ones100.Raise(100) * ones100;
        var ones250 = ones200.Raise(50) * ones50;
        return ones250.Raise(5) * eleven;
    }

    /// <summary>Writes the one representative below 2^255 − 19, little-endian; the top bit is zero.</summary>
    public void Write(Span<byte> destination)
    {
        var t = Carry(_l0, _l1, _l2, _l3, _l4);
        t = Carry(t._l0, t._l1, t._l2, t._l3, t._l4);
        // q is 1 exactly when t ≥ p: then adding 19 carries out of bit 255.
        var q = (t._l0 + 19) >> 51;
        q = (t._l1 + q) >> 51;
        q = (t._l2 + q) >> 51;
        q = (t._l3 + q) >> 51;
        q = (t._l4 + q) >> 51;
        var l0 = t._l0 + 19 * q;
        var l1 = t._l1 + (l0 >> 51);
        var l2 = t._l2 + (l1 >> 51);
        var l3 = t._l3 + (l2 >> 51);
        var l4 = (t._l4 + (l3 >> 51)) & Mask51;
        (l0, l1, l2, l3) = (l0 & Mask51, l1 & Mask51, l2 & Mask51, l3 & Mask51);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, l0 | l1 << 51);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], l1 >> 13 | l2 << 38);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], l2 >> 26 | l3 << 25);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], l3 >> 39 | l4 << 12);
    }

    // x^(2^count)
    private FieldElement25519 Raise(int count)
    {
        var result = this;
        for (var i = 0; i < count; i++)
            result *= result;
        return result;
    }

    private static FieldElement25519 Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        l1 += l0 >> 51;
        l2 += l1 >> 51;
        l3 += l2 >> 51;
        l4 += l3 >> 51;
        return new FieldElement25519((l0 & Mask51) + (l4 >> 51) * 19, l1 & Mask51, l2 & Mask51, l3 & Mask51, l4 & Mask51);
    }
}
