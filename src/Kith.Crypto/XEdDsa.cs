using System.Security.Cryptography;
using Kith.Crypto.Native;

namespace Kith.Crypto;

/// <summary>
/// Signatures made with X25519 keys: XEdDSA (https://signal.org/docs/specifications/xeddsa/) in the form that Signal's
/// programs use, where the sign of the Edwards point is not forced to zero but travels in the top bit of the signature's
/// last byte. Keys 32 bytes, signatures 64.
/// </summary>
public static unsafe class XEdDsa
{
    /// <summary>Bytes in a signature.</summary>
    public const int SignatureSize = 64;

    /// <summary>Bytes of randomness that each signature takes (Z of the specification).</summary>
    public const int RandomSize = 64;

    private const byte SignBit = 0x80;

    /// <summary>Signs <paramref name="message"/>. <paramref name="random"/> is 64 fresh random bytes, <paramref name="signature"/> takes 64.</summary>
    public static void Sign(X25519PrivateKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> random, Span<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        Misuse.ThrowUnlessSize(random.Length, RandomSize, nameof(random));
        Misuse.ThrowUnlessSize(signature.Length, SignatureSize, nameof(signature));

        // a is the clamped private key, A = aB. calculate_key_pair of §2.3 would negate a when A's sign is 1: Signal keeps it and tells the sign.
        var a = key.Value;
        var secrets = stackalloc byte[96];
        byte* nonce = secrets, wide = secrets + 32;
        var publicKey = stackalloc byte[32];
        var challenge = stackalloc byte[32];
        try
        {
            fixed (byte* sig = signature, pa = a)
            {
                _ = Sodium.Ed25519BaseNoClamp(publicKey, pa);

                // r = hash_1(a ‖ M ‖ Z), hash_1 being prefixed with 2^256 − 1 − 1 in little-endian (§2.5).
                Span<byte> prefix = stackalloc byte[32];
                prefix.Fill(0xFF);
                prefix[0] = 0xFE;
                Hash(wide, prefix, a, message, random);
                Sodium.Ed25519ScalarReduce(nonce, wide);
                _ = Sodium.Ed25519BaseNoClamp(sig, nonce); // R = rB

                // h = hash(R ‖ A ‖ M), s = r + ha mod q
                Hash(wide, signature[..32], new ReadOnlySpan<byte>(publicKey, 32), message, default);
                Sodium.Ed25519ScalarReduce(challenge, wide);
                Sodium.Ed25519ScalarMultiply(challenge, challenge, pa);
                Sodium.Ed25519ScalarAdd(sig + 32, challenge, nonce);
                sig[63] = (byte)((sig[63] & ~SignBit) | (publicKey[31] & SignBit));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(secrets, 96));
            CryptographicOperations.ZeroMemory(new Span<byte>(challenge, 32));
            GC.KeepAlive(key);
        }
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is that of <paramref name="key"/> for <paramref name="message"/>. Stricter than Signal's
    /// in what no honest signer makes: a scalar s ≥ q, keys and R of small order are refused.
    /// </summary>
    public static bool Verify(X25519PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize)
            return false;
        Span<byte> edwards = stackalloc byte[32];
        if (!TryConvert(key, edwards))
            return false;
        edwards[31] |= (byte)(signature[63] & SignBit);
        Span<byte> plain = stackalloc byte[SignatureSize];
        signature.CopyTo(plain);
        plain[63] &= unchecked((byte)~SignBit);
        fixed (byte* s = plain, m = message, k = edwards)
            return Sodium.Ed25519Verify(s, m, (ulong)message.Length, k) == 0;
    }

    // u_to_y of §2.3: y = (u − 1)/(u + 1); u = −1 has no image.
    private static bool TryConvert(X25519PublicKey key, Span<byte> edwards)
    {
        key.CopyTo(edwards);
        var u = FieldElement25519.Read(edwards);
        var denominator = u + FieldElement25519.One;
        denominator.Write(edwards);
        if (ConstantTime.IsZero(edwards))
            return false;
        ((u - FieldElement25519.One) * denominator.Invert()).Write(edwards);
        return true;
    }

    private static void Hash(byte* destination, ReadOnlySpan<byte> p1, ReadOnlySpan<byte> p2, ReadOnlySpan<byte> p3, ReadOnlySpan<byte> p4)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(p1);
        hash.AppendData(p2);
        hash.AppendData(p3);
        hash.AppendData(p4);
        _ = hash.GetHashAndReset(new Span<byte>(destination, SHA512.HashSizeInBytes));
    }
}
