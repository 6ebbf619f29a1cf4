using System.Buffers.Binary;
using System.Security.Cryptography;
using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// Multiplying X25519 public keys by further scalars, as Sphinx does at each hop. Scalars are clamped (RFC 7748 §5), so a point of small order that was added to a
/// key changes nothing: each is a multiple of the cofactor, 8.
/// </summary>
public static unsafe class X25519Blinding
{
    /// <summary>Bytes in a scalar.</summary>
    public const int ScalarSize = 32;

    private const int Limbs = 4;

    // L = 2^252 + 27742317777372353535851937790883648493, the order of the group (RFC 7748 §4.1), and 8·L, little-endian.
    private static ReadOnlySpan<ulong> Order => [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];

    private static ReadOnlySpan<ulong> EightOrders => [0xc09318d2e7ae9f68, 0xa6f7cef517bce6b2, 0, 0x8000000000000000];

    /// <summary>The key times a scalar. False, with a default key, when the product is zero because the key has small order.</summary>
    public static bool TryMultiply(X25519PublicKey key, ReadOnlySpan<byte> scalar, out X25519PublicKey product)
    {
        Misuse.ThrowUnlessSize(scalar.Length, ScalarSize, nameof(scalar));
        Bytes32 point;
        int result;
        fixed (byte* n = scalar)
            result = Sodium.X25519((byte*)&point, n, (byte*)&key);
        product = result == 0 ? new X25519PublicKey(point) : default;
        return result == 0;
    }

    /// <summary>
    /// Turns <paramref name="scalar"/> into a clamped scalar that gives with every public key what the old one and then <paramref name="factor"/> would give, so that a row
    /// of blindings costs one multiplication and not one each. Both count clamped. Keys with a part of small order are no different: it falls away.
    /// </summary>
    public static void Combine(Span<byte> scalar, ReadOnlySpan<byte> factor)
    {
        Misuse.ThrowUnlessSize(scalar.Length, ScalarSize, nameof(scalar));
        Misuse.ThrowUnlessSize(factor.Length, ScalarSize, nameof(factor));
        Span<byte> clamped = stackalloc byte[ScalarSize];
        factor.CopyTo(clamped);
        Clamp(clamped);
        Clamp(scalar);
        fixed (byte* x = scalar, y = clamped)
            Sodium.Ed25519ScalarMultiply(x, x, y);
        CryptographicOperations.ZeroMemory(clamped);
        Lift(scalar);
    }

    // Of all k ≡ ±p (mod L) there is one that is clamped: a multiple of 8 from 2^254 to 2^255. k = p + jL with j chosen modulo 8 (L ≡ 5) lies in [0, 8L); where it is
    // below 2^254, 8L − k is above, and stands for the negative, which has the same coordinate. (8L is 2^255 and a 2^-127th more: never met.) No branch depends on it.
    private static void Lift(Span<byte> scalar)
    {
        Span<ulong> k = stackalloc ulong[Limbs];
        var multiple = (3 * (uint)(scalar[0] & 7)) & 7;
        UInt128 carry = 0;
        for (var i = 0; i < Limbs; i++)
        {
            carry += (UInt128)Order[i] * multiple + BinaryPrimitives.ReadUInt64LittleEndian(scalar[(8 * i)..]);
            k[i] = (ulong)carry;
            carry >>= 64;
        }

        var isSmall = ((k[3] >> 62) & 1) - 1; // all ones where bit 254 is off
        ulong borrow = 0;
        for (var i = 0; i < Limbs; i++)
        {
            var difference = (UInt128)EightOrders[i] - k[i] - borrow;
            borrow = (ulong)(difference >> 64) & 1;
            k[i] = ((ulong)difference & isSmall) | (k[i] & ~isSmall);
        }

        for (var i = 0; i < Limbs; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(scalar[(8 * i)..], k[i]);
        k.Clear();
    }

    private static void Clamp(Span<byte> scalar)
    {
        scalar[0] &= 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
    }
}
