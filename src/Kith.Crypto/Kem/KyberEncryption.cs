using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Kith.Crypto.Kem;

/// <summary>Kyber.CPAPKE with the parameters of Kyber-1024 (k = 4, η1 = η2 = 2), round 3 specification, algorithms 4 to 6.</summary>
internal static class KyberEncryption
{
    /// <summary>The rank k.</summary>
    public const int Rank = 4;

    /// <summary>Bytes of a seed, a message and a coin.</summary>
    public const int SeedBytes = 32;

    /// <summary>Encoded t ‖ ρ.</summary>
    public const int PublicKeyBytes = VectorBytes + SeedBytes;

    /// <summary>Encoded s.</summary>
    public const int SecretKeyBytes = VectorBytes;

    /// <summary>Compressed u ‖ compressed v.</summary>
    public const int CiphertextBytes = (Rank * KyberPolynomial.CompressedVectorBytes) + KyberPolynomial.CompressedBytes;

    private const int VectorBytes = Rank * KyberPolynomial.EncodedBytes;
    private const int VectorLength = Rank * KyberPolynomial.Degree;
    private const int NoiseBytes = 128;

    /// <summary>Algorithm 4 from the seed d (32 bytes).</summary>
    public static void GenerateKeyPair(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> secretKey)
    {
        Span<byte> expanded = stackalloc byte[2 * SeedBytes];
        Span<short> secret = stackalloc short[VectorLength];
        Span<short> noise = stackalloc short[VectorLength];
        Span<short> row = stackalloc short[VectorLength];
        Span<short> sum = stackalloc short[KyberPolynomial.Degree];

        Keccak.Sha3512(seed, [], expanded);
        ReadOnlySpan<byte> rho = expanded[..SeedBytes];
        ReadOnlySpan<byte> sigma = expanded[SeedBytes..];
        SampleVector(secret, sigma, 0);
        SampleVector(noise, sigma, Rank);
        TransformVector(secret);
        TransformVector(noise);

        for (int i = 0; i < Rank; i++)
        {
            KyberMatrix.SampleRow(row, rho, i, transposed: false);
            sum.Clear();
            InnerProduct(sum, row, secret);
            KyberPolynomial.ToMontgomery(sum);
            KyberPolynomial.Add(sum, Element(noise, i));
            KyberPolynomial.Reduce(sum);
            KyberPolynomial.Encode(sum, publicKey.Slice(i * KyberPolynomial.EncodedBytes, KyberPolynomial.EncodedBytes));
            KyberPolynomial.Encode(Element(secret, i), secretKey.Slice(i * KyberPolynomial.EncodedBytes, KyberPolynomial.EncodedBytes));
        }

        rho.CopyTo(publicKey[VectorBytes..]);
        CryptographicOperations.ZeroMemory(expanded);
        Wipe(secret);
        Wipe(noise);
        Wipe(sum);
    }

    /// <summary>Algorithm 5: encrypts 32 bytes with 32 bytes of coins, deterministically.</summary>
    public static void Encrypt(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> coins, Span<byte> ciphertext)
    {
        Span<short> secret = stackalloc short[VectorLength];
        Span<short> row = stackalloc short[VectorLength];
        Span<short> sum = stackalloc short[KyberPolynomial.Degree];
        Span<short> scratch = stackalloc short[KyberPolynomial.Degree];
        ReadOnlySpan<byte> rho = publicKey.Slice(VectorBytes, SeedBytes);

        SampleVector(secret, coins, 0);
        TransformVector(secret);

        for (int i = 0; i < Rank; i++)
        {
            KyberMatrix.SampleRow(row, rho, i, transposed: true);
            sum.Clear();
            InnerProduct(sum, row, secret);
            KyberNtt.Inverse(sum);
            SampleNoise(scratch, coins, (byte)(Rank + i));
            KyberPolynomial.Add(sum, scratch);
            KyberPolynomial.Reduce(sum);
            KyberPolynomial.CompressVector(sum, ciphertext[(i * KyberPolynomial.CompressedVectorBytes)..]);
        }

        DecodeVector(publicKey, row);
        sum.Clear();
        InnerProduct(sum, row, secret);
        KyberNtt.Inverse(sum);
        SampleNoise(scratch, coins, 2 * Rank);
        KyberPolynomial.Add(sum, scratch);
        KyberPolynomial.FromMessage(message, scratch);
        KyberPolynomial.Add(sum, scratch);
        KyberPolynomial.Reduce(sum);
        KyberPolynomial.CompressScalar(sum, ciphertext[(Rank * KyberPolynomial.CompressedVectorBytes)..]);

        Wipe(secret);
        Wipe(sum);
        Wipe(scratch);
    }

    /// <summary>Algorithm 6: the 32 bytes that were encrypted.</summary>
    public static void Decrypt(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> ciphertext, Span<byte> message)
    {
        Span<short> secret = stackalloc short[VectorLength];
        Span<short> u = stackalloc short[VectorLength];
        Span<short> sum = stackalloc short[KyberPolynomial.Degree];
        Span<short> v = stackalloc short[KyberPolynomial.Degree];

        for (int i = 0; i < Rank; i++)
            KyberPolynomial.DecompressVector(ciphertext[(i * KyberPolynomial.CompressedVectorBytes)..], Element(u, i));
        KyberPolynomial.DecompressScalar(ciphertext[(Rank * KyberPolynomial.CompressedVectorBytes)..], v);

        DecodeVector(secretKey, secret);
        TransformVector(u);
        sum.Clear();
        InnerProduct(sum, secret, u);
        KyberNtt.Inverse(sum);
        for (int i = 0; i < v.Length; i++)
            v[i] = (short)(v[i] - sum[i]);
        KyberPolynomial.Reduce(v);
        KyberPolynomial.ToMessage(v, message);

        Wipe(secret);
        Wipe(sum);
        Wipe(v);
    }

    private static Span<short> Element(Span<short> vector, int index) =>
        vector.Slice(index * KyberPolynomial.Degree, KyberPolynomial.Degree);

    private static void SampleVector(Span<short> vector, ReadOnlySpan<byte> seed, byte nonce)
    {
        for (int i = 0; i < Rank; i++)
            SampleNoise(Element(vector, i), seed, (byte)(nonce + i));
    }

    private static void SampleNoise(Span<short> p, ReadOnlySpan<byte> seed, byte nonce)
    {
        Span<byte> uniform = stackalloc byte[NoiseBytes];
        Keccak.Shake256(seed, [nonce], uniform);
        KyberPolynomial.SampleNoise(p, uniform);
        CryptographicOperations.ZeroMemory(uniform);
    }

    private static void TransformVector(Span<short> vector)
    {
        for (int i = 0; i < Rank; i++)
            KyberNtt.Forward(Element(vector, i));
    }

    private static void DecodeVector(ReadOnlySpan<byte> encoded, Span<short> vector)
    {
        for (int i = 0; i < Rank; i++)
            KyberPolynomial.Decode(encoded.Slice(i * KyberPolynomial.EncodedBytes, KyberPolynomial.EncodedBytes), Element(vector, i));
    }

    private static void InnerProduct(Span<short> sum, ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        for (int i = 0; i < Rank; i++)
        {
            int start = i * KyberPolynomial.Degree;
            KyberNtt.MultiplyAdd(sum, a.Slice(start, KyberPolynomial.Degree), b.Slice(start, KyberPolynomial.Degree));
        }

        KyberPolynomial.Reduce(sum);
    }

    private static void Wipe(Span<short> values) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values));
}
